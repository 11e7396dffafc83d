// PlayerEndpoint plays a camera by RTSP: over UDP and, where that is not to be had, TCP; with a password; and again after the
// camera was away.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { startCamera } from './lib/camera.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { assertPicture } from './lib/media-checks.mjs';
import { connect } from './lib/rpc.mjs';
import { freePort, useServer } from './lib/server.mjs';
import { Events } from './lib/stage.mjs';

describe('PlayerEndpoint and a camera', () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);
  const cameras = [];
  after(() => Promise.all(cameras.map((camera) => camera.kill())));

  async function play(rpc, uri) {
    const pipeline = await rpc.create('MediaPipeline');
    const player = await rpc.create('PlayerEndpoint', { mediaPipeline: pipeline, uri });
    const events = new Events();
    for (const type of ['Error', 'MediaFlowOutStateChanged']) {
      await rpc.on(player, type, (event) => events.take({ ...event, type, error: event.type }));
    }
    await rpc.invoke(player, 'play');
    return { pipeline, player, events };
  }

  const watch = (page, { pipeline, player }) =>
    page.evaluate((options) => window.player.watchSource(options.url, options),
      { url: server.url, pipeline, source: player, video: true, audio: true });

  test('is seen and heard, and again after it was away', async () => {
    const port = await freePort();
    let camera = await startCamera(port);
    cameras.push({ kill: () => camera.kill() });
    const rpc = await connect(server.url);
    const playing = await play(rpc, `rtsp://127.0.0.1:${port}/live`);
    const page = await open();
    const { picture, stats } = await watch(page, playing);
    assertPicture(picture, 'Firefox');
    assert.ok(stats.audio.totalAudioEnergy > 1e-4, 'the tone is heard');
    assert.equal(await rpc.invoke(playing.player, 'isMediaTranscoding', { mediaType: 'VIDEO' }), false);
    await camera.kill();
    await playing.events.until((seen) => seen.some(({ type }) => type === 'Error'), 'an error', 25000);
    camera = await startCamera(port);
    const flows = (seen) => seen.filter(({ state, mediaType }) => state === 'FLOWING' && mediaType === 'VIDEO').length;
    await playing.events.until((seen) => flows(seen) === 2, 'media again', 25000);
    const again = await watch(page, playing);
    assertPicture(again.picture, 'Firefox');
    await page.close();
    await rpc.release(playing.pipeline);
    await rpc.close();
  });

  test('asks for a password', async () => {
    const port = await freePort();
    const camera = await startCamera(port, '--user', 'eye', '--password', 'secret');
    cameras.push(camera);
    const rpc = await connect(server.url);
    const refused = await play(rpc, `rtsp://eye:wrong@127.0.0.1:${port}/live`);
    await refused.events.until((seen) => seen.some(({ type }) => type === 'Error'), 'an error');
    const error = refused.events.seen.find(({ type }) => type === 'Error');
    assert.match(error.description, /401/);
    assert.doesNotMatch(error.description, /wrong/, 'passwords stay out of what is told');
    const playing = await play(rpc, `rtsp://eye:secret@127.0.0.1:${port}/live`);
    const page = await open();
    assertPicture((await watch(page, playing)).picture, 'Firefox');
    await page.close();
    for (const { pipeline } of [refused, playing]) await rpc.release(pipeline);
    await rpc.close();
  });

  test('is played over TCP where it sends by nothing else', async () => {
    const port = await freePort();
    cameras.push(await startCamera(port, '--tcp'));
    const rpc = await connect(server.url);
    const playing = await play(rpc, `rtsp://127.0.0.1:${port}/live`);
    const page = await open();
    assertPicture((await watch(page, playing)).picture, 'Firefox');
    await page.close();
    await rpc.release(playing.pipeline);
    await rpc.close();
  });
});
