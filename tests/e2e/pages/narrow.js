// A viewer or a publisher whose only way to the server is one that the test gives it: `window.lead(candidate)` says where that begins.
import { connected, join, show } from '/peer.js';
import { flowing, inbound, inboundUntil, sleep } from '/probe.js';
import { restlessPicture } from '/restless.js';
import { Rpc } from '/rpc.js';

// A page that publishes more than a narrow link takes, until it is closed.
export async function publish(url) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  stream.addTrack(restlessPicture({ width: 640, height: 480 }, 20));
  const peer = await join(rpc, pipeline, { stream, name: 'publisher' });
  await connected(peer.connection);
  window.publisher = { rpc, pipeline, ...peer };
  return { pipeline, endpoint: peer.endpoint };
}

// Gives the answer.
async function negotiateByLead(rpc, endpoint, connection) {
  await rpc.on(endpoint, 'IceCandidateFound', async ({ candidate }) => {
    const led = await window.lead(candidate);
    if (led) await connection.addIceCandidate(led);
  });
  await connection.setLocalDescription();
  const answer = await rpc.invoke(endpoint, 'processOffer', { offer: connection.localDescription.sdp });
  await connection.setRemoteDescription({ type: 'answer', sdp: answer });
  await rpc.invoke(endpoint, 'gatherCandidates');
  return answer;
}

// Publishes pictures by the way that is given, until the page is closed.
export async function publishByLead(url) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
  const connection = new RTCPeerConnection();
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  for (const track of [...stream.getTracks(), restlessPicture({ width: 640, height: 480 }, 25)]) connection.addTransceiver(track, { direction: 'sendonly' });
  const answer = await negotiateByLead(rpc, endpoint, connection);
  await connected(connection);
  window.publisher = { rpc, pipeline, endpoint, connection };
  return { pipeline, endpoint, offer: connection.localDescription.sdp, answer };
}

// Watches for `seconds` after media has flown for `settling_s`: what the browser counted meanwhile. `window.settled()` is called
// when that begins.
export async function watch(url, { pipeline, source, seconds, settling_s }) {
  const rpc = await Rpc.open(url);
  const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
  const connection = new RTCPeerConnection();
  show(connection, 'narrow');
  for (const kind of ['audio', 'video']) connection.addTransceiver(kind, { direction: 'recvonly' });
  await negotiateByLead(rpc, endpoint, connection);
  await rpc.invoke(source, 'connect', { sink: endpoint });
  await connected(connection);
  await inboundUntil(connection, flowing);
  await sleep(1000 * settling_s);
  await window.settled();
  const before = await inbound(connection);
  await sleep(1000 * seconds);
  const after = await inbound(connection);
  const stats = await rpc.invoke(endpoint, 'getStats');
  const pair = Object.values(stats).find(({ type }) => type === 'candidatepair');
  const counted = (name) => after.video[name] - before.video[name];
  await rpc.release(endpoint);
  connection.close();
  rpc.close();
  return {
    frozen_s: counted('totalFreezesDuration'), freezes: counted('freezeCount'), frames: counted('framesDecoded'),
    bytes: counted('bytesReceived'), nacks: counted('nackCount'), lost: counted('packetsLost'), pair,
  };
}
