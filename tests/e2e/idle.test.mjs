// What a server costs that has nothing to do, and what each endpoint adds that waits for its peer.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { negotiatedEndpoint, times } from './lib/endpoints.mjs';
import { assertPicture, assertStats } from './lib/media-checks.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

const MAX_IDLE_KB = 15 * 1024;
const ENDPOINTS = 500;
const MAX_ENDPOINT_KB = 100;
const MAX_IDLE_CPU_SHARE = 0.01;

const LATER = /\/lib(avcodec|avformat|avutil|swresample|swscale|opencv|vpx|openh264|opus|gst|tesseract|zbar|kaskado)[^/]*\.so/;

describe('idle', () => {
  const server = useServer();

  // What only decoding, encoding and filters need comes with the first of them.
  async function assertLean(when) {
    const names = new Set((await server.maps()).map((path) => LATER.exec(path)?.[0]).filter(Boolean));
    assert.deepEqual([...names], [], `loaded by a server that ${when}`);
  }

  test(`an idle server takes less than ${MAX_IDLE_KB / 1024} MB`, async (t) => {
    const rpc = await connect(server.url);
    await rpc.call('ping');
    await rpc.close();
    const resident_kb = await server.resident_kb();
    t.diagnostic(`resident: ${resident_kb} kB`);
    assert.ok(resident_kb < MAX_IDLE_KB, `${resident_kb} kB resident`);
    await assertLean('is idle');
  });

  test('an idle server sleeps', async (t) => {
    let share;
    // What a start leaves to be done in the background, such as an RSA key, may still run at first.
    for (let window = 0; window < 5 && !(share <= MAX_IDLE_CPU_SHARE); ++window) {
      const before = await server.cpuSeconds();
      await sleep(2000);
      share = ((await server.cpuSeconds()) - before) / 2;
    }
    t.diagnostic(`${(100 * share).toFixed(1)} % of a core`);
    assert.ok(share <= MAX_IDLE_CPU_SHARE, `${share} of a core while idle`);
  });

  test(`${ENDPOINTS} idle endpoints take less than ${MAX_ENDPOINT_KB} KB each, and no thread`, async (t) => {
    const rpc = await connect(server.url);
    const pipeline = await rpc.create('MediaPipeline');
    await times(5, () => negotiatedEndpoint(rpc, pipeline));
    const [resident_kb, threads] = [await server.resident_kb(), await server.status('Threads')];
    await times(ENDPOINTS, () => negotiatedEndpoint(rpc, pipeline));
    const each_kb = ((await server.resident_kb()) - resident_kb) / ENDPOINTS;
    const threads_after = await server.status('Threads');
    t.diagnostic(`${each_kb.toFixed(1)} kB an endpoint, ${threads_after} threads`);
    assert.ok(each_kb < MAX_ENDPOINT_KB, `${each_kb} kB an endpoint`);
    assert.equal(threads_after, threads, 'the number of threads');
    await rpc.release(pipeline);
    await rpc.close();
  });

  describe('with a browser', () => {
    const { open } = useBrowser(launchChromium);

    test('a server that forwards packets loads nothing for pictures and sounds', async () => {
      const [publisher, viewer] = [await open(), await open()];
      const { pipeline, endpoint } = await publisher.evaluate((url) => window.peer.publish(url), server.url);
      const { picture, stats } = await viewer.evaluate(({ url, pipeline, source }) => window.peer.view(url, { pipeline, source }),
        { url: server.url, pipeline, source: endpoint });
      assertPicture(picture);
      assertStats(stats, 'VP8');
      await assertLean('forwards');
      await Promise.all([publisher, viewer].map((page) => page.close()));
    });
  });
});
