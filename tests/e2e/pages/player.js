// Watches what a source other than a browser sends: with pictures, with sound, or both.
import { connected, join } from '/peer.js';
import { inboundUntil, watch } from '/probe.js';
import { Rpc } from '/rpc.js';

const HEARD = 1e-4;

export async function watchSource(url, { pipeline, source, video, audio }) {
  const rpc = await Rpc.open(url);
  const peer = await join(rpc, pipeline, { name: `viewer-${Math.random().toString(36).slice(2)}` });
  await rpc.invoke(source, 'connect', { sink: peer.endpoint });
  await connected(peer.connection);
  await Promise.all(peer.sent);
  const picture = video ? await watch(peer.video) : null;
  const stats = await inboundUntil(peer.connection, (kinds) =>
    (!video || kinds.video?.framesDecoded > 20) && (!audio || (kinds.audio?.packetsReceived > 50 && kinds.audio?.totalAudioEnergy > HEARD)));
  await rpc.release(peer.endpoint);
  peer.connection.close();
  await rpc.close();
  return { picture, stats };
}
