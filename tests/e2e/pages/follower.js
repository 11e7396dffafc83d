// A viewer that is there before its source has media: follow() connects it, seen() tells of the media that comes then.
import { connected, join } from '/peer.js';
import { inbound, watch } from '/probe.js';
import { Rpc } from '/rpc.js';

let follower;

export async function follow(url, { pipeline, source }) {
  const rpc = await Rpc.open(url);
  const peer = await join(rpc, pipeline, { name: 'follower' });
  await rpc.invoke(source, 'connect', { sink: peer.endpoint });
  await connected(peer.connection);
  await Promise.all(peer.sent);
  follower = { rpc, ...peer };
}

export async function seen(frames = 30) {
  const picture = await watch(follower.video, { frames });
  return { ...picture, loudness: (await inbound(follower.connection)).audio?.totalAudioEnergy ?? 0 };
}

export async function leave() {
  await follower.rpc.release(follower.endpoint);
  follower.connection.close();
  await follower.rpc.close();
}
