// Filters come and go every 100 ms while media flows: the picture does not stand still, and nothing of them stays.
// KASKADO_TEST_SOAK_SECONDS is for how long, 20 s where not given.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { useStage } from './lib/stage.mjs';

const SECONDS = Number(process.env.KASKADO_TEST_SOAK_SECONDS ?? 20);
const STEP_MS = 100;
const MAX_FREEZE_MS = 1000;
// Between the second quarter and the last.
const MAX_GROWTH_KB = 4096;
const MAX_GROWTH_SHARE = 0.03;
// GLib keeps threads of its pool for some seconds.
const SPARE_THREADS = 2;
const SETTLE_MS = 20000;

const WINDOW = { topRightCornerX: 8, topRightCornerY: 8, width: 64, height: 64 };
const CORNERS = [{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 1, y: 1 }];
const CLASSES = [
  ['GStreamerFilter', { command: 'videoflip method=horizontal-flip' }],
  ['ImageOverlayFilter'],
  ['FaceOverlayFilter'],
  ['ChromaFilter', { window: WINDOW }],
  ['ZBarFilter'],
  ['GStreamerFilter', { command: 'queue ! videobalance saturation=0' }],
  ['PointerDetectorFilter', { calibrationRegion: WINDOW }],
  ['CrowdDetectorFilter', { rois: [{ id: 'all', points: CORNERS, regionOfInterestConfig: {} }] }],
  ['GStreamerFilter', { command: 'volume volume=0.5', filterType: 'AUDIO' }],
  ['ArMarkerdetector'],
  ['PlateDetectorFilter'],
  ['KmsDetectFaces'],
];

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

describe('Filters that come and go', () => {
  const stage = useStage({ settings: { mediaServer: { resources: { disableRequestCache: true } } } });
  const { server } = stage;

  const insert = async (index) => {
    const [type, params] = CLASSES[index % CLASSES.length];
    const filter = await stage.make(type, params);
    await stage.through(filter);
    return filter;
  };
  const remove = async (filter) => {
    await stage.through();
    await stage.rpc.release(filter);
  };
  const costs = async () => ({
    kb: await server.resident_kb(), threads: await server.status('Threads'), files: await server.openFiles() });

  // Waits until what the server holds is no more than before.
  async function settled({ threads, files }) {
    const deadline = Date.now() + SETTLE_MS;
    for (;;) {
      const now = await costs();
      if ((now.threads <= threads && now.files <= files) || Date.now() > deadline) return now;
      await sleep(100);
    }
  }

  test(`in and out every ${STEP_MS} ms for ${SECONDS} s`, { timeout: (SECONDS + 90) * 1000 }, async (t) => {
    await stage.show('crowd', { speed: 4 });
    // What loads with the first of a class is there before it counts.
    for (let i = 0; i < CLASSES.length; ++i) {
      const filter = await insert(i);
      await stage.sees('a picture', {});
      await remove(filter);
    }
    await stage.sees('a picture', {});
    const before = await costs();
    await stage.page.evaluate(() => window.stage.watchGaps());

    const start = performance.now();
    const samples = [];
    let steps = 0, filter = null;
    for (;;) {
      const now = performance.now() - start;
      if (now > SECONDS * 1000 && !filter) break;
      if (filter) {
        await remove(filter);
        filter = null;
      } else {
        filter = await insert(steps / 2);
      }
      ++steps;
      samples.push({ at: now, ...(await costs()) });
      await sleep(Math.max(0, start + now + STEP_MS - performance.now()));
    }
    const gaps = await stage.page.evaluate(() => window.stage.gapsSeen());
    await stage.sees('a picture at the end', {});
    const after = await settled({ threads: before.threads + SPARE_THREADS, files: before.files });

    const quarter = (n) => samples.filter(({ at }) => Math.floor(at / SECONDS / 250) === n - 1).map(({ kb }) => kb);
    const [second_kb, last_kb] = [median(quarter(2)), median(quarter(4))];
    t.diagnostic(`${steps / 2} filters; ${gaps.pictures} pictures, one each ${gaps.median_ms.toFixed(0)} ms, longest gap ${gaps.longest_ms.toFixed(0)} ms`);
    t.diagnostic(`resident by quarters: ${[1, 2, 3, 4].map((n) => median(quarter(n))).join(' ')} kB; threads ${before.threads} → ${after.threads}, ` +
      `at most ${Math.max(...samples.map(({ threads }) => threads))}; descriptors ${before.files} → ${after.files}`);
    assert.ok(gaps.longest_ms < MAX_FREEZE_MS, `the picture stood still for ${gaps.longest_ms} ms`);
    assert.ok(last_kb <= second_kb + Math.max(MAX_GROWTH_KB, second_kb * MAX_GROWTH_SHARE), `resident: from ${second_kb} to ${last_kb} kB`);
    assert.ok(after.threads <= before.threads + SPARE_THREADS, `threads: ${before.threads}, then ${after.threads}`);
    assert.ok(after.files <= before.files, `descriptors: ${before.files}, then ${after.files}`);
  });
});
