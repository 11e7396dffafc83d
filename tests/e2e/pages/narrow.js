// A viewer whose only way to the server is one that the test gives it: `window.lead(candidate)` says where that begins.
import { connected, show } from '/peer.js';
import { flowing, inbound, inboundUntil } from '/probe.js';
import { Rpc } from '/rpc.js';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Watches for `seconds` after media has flown for `settling_s`: what the browser counted meanwhile.
export async function watch(url, { pipeline, source, seconds, settling_s }) {
  const rpc = await Rpc.open(url);
  const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
  const connection = new RTCPeerConnection();
  show(connection, 'narrow');
  for (const kind of ['audio', 'video']) connection.addTransceiver(kind, { direction: 'recvonly' });
  await rpc.on(endpoint, 'IceCandidateFound', async ({ candidate }) => {
    const led = await window.lead(candidate);
    if (led) await connection.addIceCandidate(led);
  });
  await connection.setLocalDescription();
  const answer = await rpc.invoke(endpoint, 'processOffer', { offer: connection.localDescription.sdp });
  await connection.setRemoteDescription({ type: 'answer', sdp: answer });
  await rpc.invoke(endpoint, 'gatherCandidates');
  await rpc.invoke(source, 'connect', { sink: endpoint });
  await connected(connection);
  await inboundUntil(connection, flowing);
  await sleep(1000 * settling_s);
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
