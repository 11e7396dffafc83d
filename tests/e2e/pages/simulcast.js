// A camera that is published in three sizes at once, and viewers that may be sent so much.
import { connected, show } from '/peer.js';
import { inboundUntil, sleep } from '/probe.js';
import { restlessPicture } from '/restless.js';
import { Rpc } from '/rpc.js';

// The picture changes so much that each encoding needs all it may have; key frames, of which there is one for each viewer who comes,
// are beyond that, and limits of viewers leave room for them.
const ENCODINGS = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 75_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 250_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_200_000 },
];

// Chromium sends three encodings of pictures from 960x540 on, and fewer of smaller ones; of few pictures, for it has to
// encode all of them.
const SIZE = { width: 1280, height: 720 };
const FRAMES_A_SECOND = 15;

// A description that lets so much video come.
const limited = (kbps) => (sdp) => sdp.replace(/(m=video[^]*?c=IN [^\r]*\r\n)/, `$1b=AS:${kbps}\r\n`);

export async function endpointFor(rpc, pipeline, connection) {
  const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
  connection.onicecandidate = ({ candidate }) => {
    if (candidate) rpc.invoke(endpoint, 'addIceCandidate', { candidate: candidate.toJSON() });
  };
  await rpc.on(endpoint, 'IceCandidateFound', ({ candidate }) => connection.addIceCandidate(candidate));
  return endpoint;
}

export async function negotiate(rpc, endpoint, connection, change = (sdp) => sdp) {
  await connection.setLocalDescription();
  const answer = await rpc.invoke(endpoint, 'processOffer', { offer: change(connection.localDescription.sdp) });
  await connection.setRemoteDescription({ type: 'answer', sdp: answer });
  await rpc.invoke(endpoint, 'gatherCandidates');
  return answer;
}

function preferAudio(transceiver, name) {
  if (!name) return;
  const { codecs } = RTCRtpReceiver.getCapabilities('audio');
  const wanted = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === `audio/${name}`);
  transceiver.setCodecPreferences([...wanted, ...codecs.filter((codec) => !wanted.includes(codec))]);
}

async function publish(rpc, pipeline, { codec = 'VP8', audio } = {}) {
  const connection = new RTCPeerConnection();
  const [sound] = (await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks();
  const video = restlessPicture(SIZE, FRAMES_A_SECOND);
  video.contentHint = 'detail';  // sizes stay as they are
  preferAudio(connection.addTransceiver(sound, { direction: 'sendonly' }), audio);
  const transceiver = connection.addTransceiver(video, { direction: 'sendonly', sendEncodings: ENCODINGS });
  const { codecs } = RTCRtpReceiver.getCapabilities('video');
  const supported = codecs.filter(({ mimeType }) => [`VIDEO/${codec}`, 'VIDEO/RTX'].includes(mimeType.toUpperCase()));
  transceiver.setCodecPreferences(supported);
  const endpoint = await endpointFor(rpc, pipeline, connection);
  await rpc.invoke(endpoint, 'setMaxVideoRecvBandwidth', { maxVideoRecvBandwidth: 6000 });
  const answer = await negotiate(rpc, endpoint, connection);
  await connected(connection);
  return { endpoint, connection, answer };
}

// `kbps` stands in the viewer's offer, as b=AS.
async function view(rpc, pipeline, source, { kbps, audio } = {}) {
  const connection = new RTCPeerConnection();
  const video = show(connection, `viewer-${kbps}`);
  preferAudio(connection.addTransceiver('audio', { direction: 'recvonly' }), audio);
  connection.addTransceiver('video', { direction: 'recvonly' });
  const endpoint = await endpointFor(rpc, pipeline, connection);
  await rpc.invoke(endpoint, 'setMaxVideoSendBandwidth', { maxVideoSendBandwidth: 6000 });
  await negotiate(rpc, endpoint, connection, kbps ? limited(kbps) : undefined);
  await rpc.invoke(source, 'connect', { sink: endpoint });
  await connected(connection);
  return { endpoint, connection, video };
}

async function outbound(connection) {
  const report = await connection.getStats();
  return [...report.values()].filter(({ type }) => type === 'outbound-rtp')
    .map((stats) => ({ ...stats, codec: report.get(stats.codecId)?.mimeType }));
}

// What each viewer gets.
async function seenBy(viewers) {
  const seen = {};
  for (const { kbps, connection } of viewers) seen[kbps] = (await inboundUntil(connection, () => true)).video;
  return seen;
}

// Until each viewer has had pictures of the height that is its own for five seconds, or `within_ms` is over: a browser on a busy
// machine asks for less at times. `took_ms` is when each had its height first.
export async function threeViewers(url, { codec = 'VP8', within_ms = 30_000 } = {}) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const publisher = await publish(rpc, pipeline, { codec });
  // All three encodings run before anybody looks.
  const deadline = performance.now() + 20_000;
  const running = async () => (await outbound(publisher.connection)).filter(({ kind, framesPerSecond }) => kind === 'video' && framesPerSecond > 5);
  while ((await running()).length < 3 && performance.now() < deadline) await sleep(200);
  const encodings = (await running()).length;
  const wanted = { 150: 180, 500: 360, 2500: 720 };
  const viewers = [];
  for (const kbps of Object.keys(wanted)) viewers.push({ kbps, ...await view(rpc, pipeline, publisher.endpoint, { kbps }) });
  const started = performance.now();
  const took_ms = {};
  let before, since, later;
  do {
    await sleep(100);
    later = await seenBy(viewers);
    const right = Object.keys(wanted).filter((kbps) => later[kbps]?.frameHeight === wanted[kbps]);
    for (const kbps of right) took_ms[kbps] ??= performance.now() - started;
    if (right.length < 3) since = undefined;
    else if (since === undefined) [since, before] = [performance.now(), later];
  } while (!(performance.now() > since + 5000) && performance.now() < started + within_ms);
  const sent = await outbound(publisher.connection);
  await rpc.release(pipeline);
  for (const { connection } of [publisher, ...viewers]) connection.close();
  rpc.close();
  return { encodings, took_ms, before, later, sent, answer: publisher.answer };
}

// A viewer whose limit is raised and lowered by new offers: the heights that it saw.
export async function turning(url) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const publisher = await publish(rpc, pipeline);
  const viewer = await view(rpc, pipeline, publisher.endpoint, { kbps: 2500 });
  const reach = async (height) => (await inboundUntil(viewer.connection, ({ video }) => video?.frameHeight === height, 25_000)).video;
  const seen = [await reach(720)];
  for (const [kbps, height] of [[150, 180], [500, 360], [2500, 720]]) {
    await negotiate(rpc, viewer.endpoint, viewer.connection, limited(kbps));
    seen.push(await reach(height));
  }
  await rpc.release(pipeline);
  publisher.connection.close();
  viewer.connection.close();
  rpc.close();
  return seen;
}

// Sound by RFC 2198 to a viewer that wants it so, and to one that does not.
export async function redundantSound(url) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const publisher = await publish(rpc, pipeline, { audio: 'red' });
  const results = [];
  for (const audio of ['red', 'opus']) {
    const viewer = await view(rpc, pipeline, publisher.endpoint, { audio });
    const heard = await inboundUntil(viewer.connection, (kinds) => kinds.audio?.packetsReceived > 100 && kinds.audio.totalAudioEnergy > 1e-4);
    results.push(heard.audio);
    viewer.connection.close();
  }
  await rpc.release(pipeline);
  publisher.connection.close();
  rpc.close();
  return { red: results[0], opus: results[1], answer: publisher.answer };
}
