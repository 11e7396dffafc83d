// What a video element shows and what a peer connection has received: numbers for the tests to judge.

const SAMPLE_WIDTH = 64;
const SAMPLE_HEIGHT = 48;

function lumaOf(video) {
  const canvas = document.createElement('canvas');
  canvas.width = SAMPLE_WIDTH;
  canvas.height = SAMPLE_HEIGHT;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0, SAMPLE_WIDTH, SAMPLE_HEIGHT);
  const { data } = context.getImageData(0, 0, SAMPLE_WIDTH, SAMPLE_HEIGHT);
  const luma = new Uint8Array(SAMPLE_WIDTH * SAMPLE_HEIGHT);
  for (let i = 0; i < luma.length; ++i) {
    luma[i] = (data[4 * i] * 77 + data[4 * i + 1] * 151 + data[4 * i + 2] * 28) >> 8;
  }
  return luma;
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function meanDifference(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}

function withTimeout(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Watches `frames` new frames. `motion` is the largest mean difference of luma to the frame halfway: encoders
// sharpen even a still picture during its first frames.
async function watchFrames(video, frames) {
  const next = () => new Promise((resolve) => video.requestVideoFrameCallback((_, data) => resolve(data)));
  let halfway;
  let motion = 0;
  let brightness = 0;
  const times = new Set();
  while (times.size < frames) {
    times.add((await next()).presentedFrames);
    const luma = lumaOf(video);
    if (times.size === Math.ceil(frames / 2)) halfway = luma;
    if (halfway) motion = Math.max(motion, meanDifference(halfway, luma));
    brightness = Math.max(brightness, mean(luma));
  }
  return { width: video.videoWidth, height: video.videoHeight, frames: times.size, motion, brightness };
}

export function watch(selector, { frames = 30, timeout_ms = 45000 } = {}) {
  const video = typeof selector === 'string' ? document.querySelector(selector) : selector;
  if (!video) return Promise.reject(new Error(`no element ${selector}`));
  return withTimeout(watchFrames(video, frames), timeout_ms, `${frames} frames in ${selector}`);
}

// One entry a kind: {codec, packetsReceived, packetsLost, framesDecoded, totalAudioEnergy, …}.
export async function inbound(connection) {
  const report = await connection.getStats();
  const kinds = {};
  for (const stats of report.values()) {
    if (stats.type !== 'inbound-rtp') continue;
    const codec = report.get(stats.codecId)?.mimeType ?? null;
    kinds[stats.kind] = { ...stats, codec };
  }
  return kinds;
}

// Polls inbound() until `enough` says so; the tests' own deadline for media that never comes.
export async function inboundUntil(connection, enough, timeout_ms = 45000) {
  const deadline = performance.now() + timeout_ms;
  for (;;) {
    const kinds = await inbound(connection);
    if (enough(kinds)) return kinds;
    if (performance.now() > deadline) throw new Error(`media did not come: ${JSON.stringify(kinds)}`);
    await sleep(100);
  }
}

// Comfort noise stays far below this.
const HEARD = 1e-4;

export const flowing = ({ audio, video }) =>
  video?.framesDecoded > 20 && audio?.packetsReceived > 50 && audio?.totalAudioEnergy > HEARD;
