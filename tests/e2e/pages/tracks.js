// Pictures of several colours that a page publishes by one connection, and what others see of them.
import { connected } from '/peer.js';
import { sleep } from '/probe.js';
import { Rpc } from '/rpc.js';
import { endpointFor, negotiate } from '/simulcast.js';

const COLOURS = { red: [220, 40, 40], blue: [40, 40, 220], green: [40, 180, 40] };
const SIZE = { width: 320, height: 240 };
const FAR = 60;  // from one colour; encoders shift them by some

const withoutBundle = (sdp) => sdp.replace(/a=group:BUNDLE.*\r\n/, '');
const newConnection = (bundle) => new RTCPeerConnection({ bundlePolicy: bundle ? 'max-bundle' : 'max-compat' });
const description = (index) => (index === 0 ? 'default' : `video${index}`);

// A square goes round, so that there is something to encode.
function painted(colour) {
  const canvas = Object.assign(document.createElement('canvas'), SIZE);
  const context = canvas.getContext('2d');
  let step = 0;
  setInterval(() => {
    context.fillStyle = `rgb(${COLOURS[colour].join(' ')})`;
    context.fillRect(0, 0, SIZE.width, SIZE.height);
    context.fillStyle = 'white';
    context.fillRect(++step * 5 % SIZE.width, 0, 20, 20);
  }, 66);
  return canvas.captureStream(15).getVideoTracks()[0];
}

const canvas = new OffscreenCanvas(16, 16);

// The name of the colour that fills the lower part of the picture, where it is one of them.
function colourIn(video) {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (video.videoWidth === 0) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const [red, green, blue] = context.getImageData(8, 12, 1, 1).data;
  const isNear = ([, wanted]) => Math.max(...wanted.map((value, i) => Math.abs(value - [red, green, blue][i]))) < FAR;
  return Object.entries(COLOURS).find(isNear)?.[0] ?? null;
}

function shown(track) {
  const video = Object.assign(document.createElement('video'), { autoplay: true, playsInline: true, muted: true });
  video.srcObject = new MediaStream([track]);
  document.body.append(video);
  return video;
}

const framesOf = async ({ receiver }) =>
  [...(await receiver.getStats()).values()].find(({ type }) => type === 'inbound-rtp')?.framesDecoded ?? 0;

let publisher;

// Publishes a picture of each colour until stop(); others see them through the ids that it hands out.
export async function publish(url, { colours, bundle = true }) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const connection = newConnection(bundle);
  const endpoint = await endpointFor(rpc, pipeline, connection);
  publisher = { rpc, pipeline, connection, endpoint, change: bundle ? undefined : withoutBundle };
  await add(colours);
  await connected(connection);
  const transports = new Set(connection.getSenders().map(({ transport }) => transport)).size;
  return { pipeline, endpoint, transports };
}

// More of them, by a new offer.
export async function add(colours) {
  for (const colour of colours) publisher.connection.addTransceiver(painted(colour), { direction: 'sendonly' });
  await negotiate(publisher.rpc, publisher.endpoint, publisher.connection, publisher.change);
}

// None of that colour's place any more.
export async function remove(index) {
  publisher.connection.getTransceivers()[index].stop();
  await negotiate(publisher.rpc, publisher.endpoint, publisher.connection, publisher.change);
}

export async function stop() {
  await publisher.rpc.release(publisher.pipeline);
  publisher.connection.close();
  await publisher.rpc.close();
}

let viewer;

// Receives so many pictures; what stands at which place say `links`, the source's description for each.
export async function view(url, { pipeline, source, links, bundle = true }) {
  const rpc = await Rpc.open(url);
  const connection = newConnection(bundle);
  const endpoint = await endpointFor(rpc, pipeline, connection);
  links.forEach(() => connection.addTransceiver('video', { direction: 'recvonly' }));
  await negotiate(rpc, endpoint, connection, bundle ? undefined : withoutBundle);
  const videos = connection.getTransceivers().map(({ receiver }) => shown(receiver.track));
  viewer = { rpc, connection, endpoint, source, videos };
  for (const [index, from] of links.entries()) await link(from, description(index));
  await connected(connection);
  return endpoint;
}

export const link = (from, to) => viewer.rpc.invoke(viewer.source, 'connect',
  { sink: viewer.endpoint, mediaType: 'VIDEO', sourceMediaDescription: from, sinkMediaDescription: to });

export const connections = async () =>
  (await viewer.rpc.invoke(viewer.endpoint, 'getSourceConnections', { mediaType: 'VIDEO' }))
    .map(({ sourceDescription, sinkDescription }) => [sourceDescription, sinkDescription]);

// Until the pictures have the colours that are expected and go on, or time is over: what is seen at each place.
export async function see(expected, timeout_ms = 30_000) {
  const deadline = performance.now() + timeout_ms;
  const transceivers = viewer.connection.getTransceivers();
  const seen = () => viewer.videos.map(colourIn);
  while (JSON.stringify(seen()) !== JSON.stringify(expected) && performance.now() < deadline) await sleep(100);
  const before = await Promise.all(transceivers.map(framesOf));
  await sleep(1500);
  const after = await Promise.all(transceivers.map(framesOf));
  return { colours: seen(), frames: after.map((frames, i) => frames - before[i]) };
}

export async function leave() {
  await viewer.rpc.release(viewer.endpoint);
  viewer.connection.close();
  viewer.videos.forEach((video) => video.remove());
  await viewer.rpc.close();
}

// The server offers two pictures and gets back what it is sent of them, crosswise.
export async function offered(url, colours) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const connection = new RTCPeerConnection();
  const endpoint = await endpointFor(rpc, pipeline, connection);
  const offer = await rpc.invoke(endpoint, 'generateOffer');
  await connection.setRemoteDescription({ type: 'offer', sdp: offer });
  const pictures = connection.getTransceivers().filter(({ receiver }) => receiver.track.kind === 'video');
  for (const [index, transceiver] of pictures.entries()) {
    await transceiver.sender.replaceTrack(painted(colours[index]));
    transceiver.direction = 'sendrecv';
  }
  await connection.setLocalDescription();
  await rpc.invoke(endpoint, 'processAnswer', { answer: connection.localDescription.sdp });
  await rpc.invoke(endpoint, 'gatherCandidates');
  for (const [from, to] of [['default', 'video1'], ['video1', 'default']]) {
    await rpc.invoke(endpoint, 'connect', { sink: endpoint, mediaType: 'VIDEO', sourceMediaDescription: from, sinkMediaDescription: to });
  }
  await connected(connection);
  viewer = { connection: { getTransceivers: () => pictures }, videos: pictures.map(({ receiver }) => shown(receiver.track)) };
  const seen = await see([...colours].reverse());
  const mids = pictures.map(({ mid }) => mid);
  await rpc.release(pipeline);
  connection.close();
  await rpc.close();
  return { mids, ...seen };
}
