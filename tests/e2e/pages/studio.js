// What the tests of decoded media ask of a browser: peers with pictures and sounds that are known.
import { connected, join } from '/peer.js';
import { cellColours, colourTrack, judge, patternTrack } from '/pattern.js';
import { loudnessOf, toneTrack } from '/tones.js';
import { inbound } from '/probe.js';
import { Rpc } from '/rpc.js';

// So that pictures keep their size, whatever the bandwidth is thought to be at first.
export async function sendAtLeast(connection, bitrate_bps) {
  const sender = connection.getSenders().find(({ track }) => track?.kind === 'video');
  const parameters = sender.getParameters();
  parameters.encodings[0].maxBitrate = bitrate_bps;
  parameters.degradationPreference = 'maintain-resolution';
  await sender.setParameters(parameters);
}

// Publishes the pattern in one codec and shows it in another, each by an endpoint of its own. `between` makes elements in
// the way: [{type, params}].
export async function transcoded(url, { from, to, bitrate_bps = 1e6, between = [], settle_ms = 8000, frames = 60 }) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const stream = new MediaStream([patternTrack(), toneTrack(440)]);
  const publisher = await join(rpc, pipeline, { stream, codec: from, name: 'publisher' });
  await rpc.invoke(publisher.endpoint, 'setMaxVideoRecvBandwidth', { maxVideoRecvBandwidth: 0 });
  await connected(publisher.connection);
  await sendAtLeast(publisher.connection, 2.5e6);
  const viewer = await join(rpc, pipeline, { codec: to, name: 'viewer' });
  const states = [];
  await rpc.on(publisher.endpoint, 'MediaTranscodingStateChanged', ({ state, mediaType }) => states.push(`${mediaType} ${state}`));
  const chain = [publisher.endpoint];
  for (const { type, params = {} } of between) chain.push(await rpc.create(type, { mediaPipeline: pipeline, ...params }));
  for (const element of chain) await rpc.invoke(element, 'setEncoderBitrate', { encoderBitrate: bitrate_bps });
  chain.push(viewer.endpoint);
  for (let i = 0; i + 1 < chain.length; ++i) await rpc.invoke(chain[i], 'connect', { sink: chain[i + 1] });
  await connected(viewer.connection);
  await new Promise((resolve) => setTimeout(resolve, settle_ms));
  const judged = await judge(viewer.video, frames);
  const [received] = [await inbound(viewer.connection)];
  const [tone] = await loudnessOf(viewer.video.srcObject, [440]);
  await rpc.release(pipeline);
  [publisher, viewer].forEach(({ connection }) => connection.close());
  stream.getTracks().forEach((track) => track.stop());
  rpc.close();
  return { judged, codec: received.video.codec, states, tone };
}

// Peers of one colour and one tone each meet in a hub: what each of them sees and hears.
export async function meet(url, { hub, params = {}, colours, tones, settle_ms = 5000 }) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const room = await rpc.create(hub, { mediaPipeline: pipeline, ...params });
  const peers = [];
  for (const [i, colour] of colours.entries()) {
    const stream = new MediaStream([colourTrack(colour), toneTrack(tones[i])]);
    const peer = await join(rpc, pipeline, { stream, codec: 'VP8', name: `peer${i}` });
    const port = await rpc.create('HubPort', { hub: room });
    await rpc.invoke(peer.endpoint, 'connect', { sink: port });
    await rpc.invoke(port, 'connect', { sink: peer.endpoint });
    await connected(peer.connection);
    peers.push({ ...peer, stream });
  }
  await new Promise((resolve) => setTimeout(resolve, settle_ms));
  const seen = [];
  for (const { video } of peers) {
    const columns = Math.ceil(Math.sqrt(colours.length)), rows = Math.ceil(colours.length / columns);
    seen.push({
      width: video.videoWidth, height: video.videoHeight,
      cells: cellColours(video, columns, rows),
      tones: await loudnessOf(video.srcObject, tones),
    });
  }
  await rpc.release(pipeline);
  for (const { connection, stream } of peers) {
    connection.close();
    stream.getTracks().forEach((track) => track.stop());
  }
  rpc.close();
  return seen;
}
