// One peer whose own picture and sound come back to it by whatever its endpoint is connected to. The tests connect that;
// the page shows a scene, and tells what it sees and hears of it.
import { connected, join } from '/peer.js';
import { sendAtLeast } from '/studio.js';
import { loadPicture, sceneTrack } from '/scenes.js';
import { loudnessOf, toneTrack } from '/tones.js';
import { Rpc } from '/rpc.js';

let stage;

// `tones` sound together. `frames_a_second` is what is sent. `data` {label, …}: a data channel beside them.
export async function open(url, { codec = 'VP8', tones = [440], frames_a_second = 20, data } = {}) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const scene = sceneTrack(frames_a_second);
  const stream = new MediaStream([scene.track, toneTrack(tones)]);
  const peer = await join(rpc, pipeline, { stream, codec, name: 'stage', data });
  await rpc.invoke(peer.endpoint, 'setMaxVideoRecvBandwidth', { maxVideoRecvBandwidth: 0 });
  await connected(peer.connection);
  await Promise.all(peer.sent);
  await sendAtLeast(peer.connection, 2.5e6);
  stage = { rpc, pipeline, scene, said: [], ...peer };
  if (peer.channel) peer.channel.onmessage = ({ data: message }) => stage.said.push(message);
  return { pipeline, endpoint: peer.endpoint };
}

export async function close() {
  await stage.rpc.release(stage.pipeline);
  stage.connection.close();
  stage.scene.stop();
  await stage.rpc.close();
}

export const load = (url) => loadPicture(url);
export const show = (name, params) => stage.scene.show(name, params);

// By the data channel that open() was asked for: sends a message; tells which have come since it was asked last.
export const say = (text) => stage.channel.send(text);
export const said = () => stage.said.splice(0);

const canvas = new OffscreenCanvas(1, 1);

function shown() {
  const { video } = stage;
  Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function meanAround({ data, width }, x, y) {
  const sum = [0, 0, 0];
  for (let row = y - 2; row < y + 2; ++row) {
    for (let column = x - 2; column < x + 2; ++column) {
      for (let i = 0; i < 3; ++i) sum[i] += data[4 * (row * width + column) + i];
    }
  }
  return sum.map((value) => Math.round(value / 16));
}

const distance = (a, b) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

// The share of pixels of a colour in a part of the picture.
function shareOf({ data, width }, { colour, within: [left, top, right, bottom], tolerance }) {
  let count = 0;
  for (let row = top; row < bottom; ++row) {
    for (let column = left; column < right; ++column) {
      const at = 4 * (row * width + column);
      if (distance([...data.slice(at, at + 3)], colour) <= tolerance) ++count;
    }
  }
  return count / ((right - left) * (bottom - top));
}

// What is true of a picture, and whether that is all that was asked: `size` [w, h]; `spots` [x, y, colour] of that colour;
// `others` [x, y, colour] of another one; `share` {colour, within, least, most}.
function judge(picture, { size, spots = [], others = [], share, tolerance = 60 }) {
  const told = { size: [picture.width, picture.height] };
  if (size && size.join() !== told.size.join()) return { told, ok: false };
  told.spots = spots.map(([x, y]) => meanAround(picture, x, y));
  told.others = others.map(([x, y]) => meanAround(picture, x, y));
  if (share) told.share = shareOf(picture, { tolerance, ...share });
  const ok = spots.every(([, , colour], i) => distance(told.spots[i], colour) <= tolerance) &&
    others.every(([, , colour], i) => distance(told.others[i], colour) > tolerance) &&
    (!share || (told.share >= (share.least ?? 0) && told.share <= (share.most ?? 1)));
  return { told, ok };
}

function nextPicture(deadline) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), deadline - performance.now());
    stage.video.requestVideoFrameCallback(() => { clearTimeout(timer); resolve(true); });
  });
}

// Waits until so many pictures in a row are as asked for; tells how the last one was, and how many came.
export async function sees(wanted, { pictures = 3, timeout_ms = 15000 } = {}) {
  const deadline = performance.now() + timeout_ms;
  let right = 0, came = 0, told = null;
  while (right < pictures) {
    if (!await nextPicture(deadline)) return { ok: false, told, came };
    const judged = judge(shown(), wanted);
    told = judged.told;
    right = judged.ok ? right + 1 : 0;
    ++came;
  }
  return { ok: true, told, came };
}

// Waits until each of `bounds` [hertz, least, most] in dB is kept; tells how loud the tones were at last.
export async function hears(bounds, { timeout_ms = 15000 } = {}) {
  const deadline = performance.now() + timeout_ms;
  for (;;) {
    const loudness = await loudnessOf(stage.video.srcObject, bounds.map(([hertz]) => hertz), 0.4);
    const ok = bounds.every(([, least, most], i) => loudness[i] >= least && loudness[i] <= most);
    if (ok || performance.now() > deadline) return { ok, loudness };
  }
}

// From now on, how long the picture stands still, until the function that this gives is called.
let watched;
export function watchGaps() {
  const gaps = [];
  let last = performance.now(), going = true;
  const note = (now) => {
    gaps.push(now - last);
    last = now;
    if (going) stage.video.requestVideoFrameCallback(note);
  };
  stage.video.requestVideoFrameCallback(note);
  watched = () => {
    going = false;
    return [...gaps, performance.now() - last];
  };
}
export function gapsSeen() {
  const gaps = watched().sort((a, b) => a - b);
  return { pictures: gaps.length - 1, longest_ms: gaps.at(-1), longest_but_ten_ms: gaps.at(-11), median_ms: gaps[gaps.length >> 1] };
}
