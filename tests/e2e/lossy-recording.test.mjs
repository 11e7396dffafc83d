// What comes with losses is recorded in time: pictures and sound of a peer that sends nothing twice.
// KASKADO_TEST_SOAK_SECONDS is for how long, 20 s where not given.
import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { join } from 'node:path';
import { useFolder } from './lib/media-files.mjs';
import { LossyRelay } from './lib/lossy-relay.mjs';
import { lengthOf, makeFlashes, offsets_ms, probe } from './lib/recordings.mjs';
import { connect } from './lib/rpc.mjs';
import { freePair, portsOf, usePrograms } from './lib/rtp-peers.mjs';
import { useServer } from './lib/server.mjs';
import { Events } from './lib/stage.mjs';

const SECONDS = Number(process.env.KASKADO_TEST_SOAK_SECONDS ?? 20);
const OFFER = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0',
  'm=audio 9000 RTP/AVP 97', 'a=rtpmap:97 opus/48000/2', 'a=sendonly', 'm=video 9002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000', 'a=sendonly', ''].join('\r\n');

suite('Recordings over a path that loses two of a hundred packets', () => {
  const server = useServer();
  const programs = usePrograms();
  const folder = useFolder();

  test('are in time and together', async (t) => {
    const original = join(folder.path, 'original.webm');
    await makeFlashes(original, SECONDS);
    const rpc = await connect(server.url);
    const pipeline = await rpc.create('MediaPipeline');
    const endpoint = await rpc.create('RtpEndpoint', { mediaPipeline: pipeline });
    const targets = portsOf(await rpc.invoke(endpoint, 'processOffer', { offer: OFFER }));
    const flow = new Events();
    await rpc.on(endpoint, 'MediaFlowOutStateChanged', (event) => flow.take(event));
    const relays = [];
    t.after(() => { for (const relay of relays) relay.close(); });
    for (const [i, target] of targets.entries()) relays.push(await LossyRelay.open(await freePair(), target, { loss: 0.02, seed: 7 + i }));
    const [audio, video] = relays.map(({ sockets }) => sockets[0].address().port);
    const recorders = [];
    for (const [profile, ending] of [['WEBM', 'webm'], ['MKV', 'mkv'], ['MP4', 'mp4']]) {
      const file = join(folder.path, `lossy.${ending}`);
      const id = await rpc.create('RecorderEndpoint', { mediaPipeline: pipeline, uri: `file://${file}`, mediaProfile: profile });
      await rpc.invoke(endpoint, 'connect', { sink: id });
      await rpc.invoke(id, 'record');
      recorders.push({ profile, file, id });
    }
    const sender = programs.gst(`rtpbin name=r filesrc location=${original} ! matroskademux name=d
      d.video_0 ! queue ! rtpvp8pay pt=96 picture-id-mode=2 ! r.send_rtp_sink_0 d.audio_0 ! queue ! rtpopuspay pt=97 ! r.send_rtp_sink_1
      r.send_rtp_src_0 ! udpsink host=127.0.0.1 port=${video} r.send_rtcp_src_0 ! udpsink host=127.0.0.1 port=${video + 1} sync=false async=false
      r.send_rtp_src_1 ! udpsink host=127.0.0.1 port=${audio} r.send_rtcp_src_1 ! udpsink host=127.0.0.1 port=${audio + 1} sync=false async=false`);
    // The sink for reports never ends by itself, so the sender does not.
    await flow.until((seen) => ['AUDIO', 'VIDEO'].every((type) => seen.some(({ mediaType, state }) => mediaType === type && state === 'NOT_FLOWING')),
      'the end of the media', (SECONDS + 15) * 1000);
    await sender.stop();
    for (const { id } of recorders) await rpc.invoke(id, 'stopAndWait');
    await rpc.release(pipeline);
    await rpc.close();
    t.diagnostic(relays.map(({ lost, passed }) => `${lost} of ${lost + passed} lost`).join(', '));
    for (const relay of relays) assert.ok(relay.lost > 0.01 * relay.passed, 'packets were lost');
    for (const { profile, file } of recorders) {
      const [seen, offsets] = [await probe(file), await offsets_ms(file)];
      const apart = offsets.filter((ms) => Math.abs(ms) >= 20);
      t.diagnostic(`${profile}: ${lengthOf(seen).toFixed(2)} s; ${offsets.length} flashes behind beeps by ${Math.min(...offsets).toFixed(0)} to ${Math.max(...offsets).toFixed(0)} ms, ` +
        `${apart.length} by 20 ms or more; ${seen.frames.video.length} pictures`);
      assert.ok(Math.abs(lengthOf(seen) - SECONDS) < 0.1, `${profile} is ${lengthOf(seen)} s long`);
      for (const [kind, frames] of Object.entries(seen.frames)) {
        assert.ok(frames.every(({ time }, i) => i === 0 || time > frames[i - 1].time), `${profile}: the times of ${kind} only grow`);
      }
      assert.ok(offsets.length >= SECONDS / 2, `${profile}: there are ${offsets.length} flashes and beeps`);
      // A flash whose first picture is among what was lost is seen late: of an hour's, some are.
      assert.ok(apart.length <= offsets.length / 200, `${profile}: flashes and beeps are together: ${apart}`);
    }
  });
});
