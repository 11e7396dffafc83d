// Chromium behind links that lose, delay and are narrow: pictures go on, and the server knows what the link takes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { Link } from './lib/link.mjs';
import { useServer } from './lib/server.mjs';

describe('A viewer', () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);

  async function watch(t, shape, { publish = (url) => window.peer.publish(url), settling_s = 5, seconds, then = {} }) {
    const link = await Link.open(shape);
    t.after(() => link.close());
    const publisher = await open();
    const { pipeline, endpoint } = await publisher.evaluate(publish, server.url);
    const viewer = await open();
    await viewer.raw.exposeFunction('lead', (candidate) => link.lead(candidate));
    let before;
    await viewer.raw.exposeFunction('settled', () => {
      before = { ...link.down };
      Object.assign(link.down.shape, then);
    });
    const seen = await viewer.evaluate(({ url, ...what }) => window.narrow.watch(url, what),
      { url: server.url, pipeline, source: endpoint, seconds, settling_s });
    await viewer.close();
    await publisher.close();
    const [sent, lost, overflowed] = ['sent', 'lost', 'overflowed'].map((name) => link.down[name] - before[name]);
    t.diagnostic(JSON.stringify({ ...seen, link: { sent, lost, overflowed } }));
    return { ...seen, link: { sent, lost, overflowed } };
  }

  test('with 5 % loss and a round trip of 100 ms sees freezes for less than 1 % of a minute, once it knows its way', async (t) => {
    const path = { loss: 0.05, delay_ms: 50 };
    const seen = await watch(t, { up: path, down: path, seed: 7 }, { seconds: 60 });
    assert.ok(seen.link.lost > 100, `${seen.link.lost} packets were lost`);
    assert.ok(seen.frames > 1100, `${seen.frames} frames`);
    assert.ok(seen.frozen_s < 0.6, `frozen for ${seen.frozen_s} s`);
  });

  test('behind 600 kb/s brings the publisher down to what fits', async (t) => {
    const seen = await watch(t, { up: { delay_ms: 20 }, down: { delay_ms: 20, rate_bps: 600e3, queue_ms: 300 }, seed: 8 },
      { publish: (url) => window.narrow.publish(url), settling_s: 15, seconds: 30 });
    const available = seen.pair.availableOutgoingBitrate;
    assert.ok(available > 250e3 && available < 900e3, `${available} b/s available`);
    assert.ok(seen.bytes * 8 / 30 > 200e3, `${seen.bytes} bytes of video`);
    assert.ok(seen.frames > 300, `${seen.frames} frames`);
    assert.ok(seen.link.overflowed < seen.link.sent / 20, `${seen.link.overflowed} of ${seen.link.sent} found the queue full`);
  });

  test('whose link has grown wider gets more within seconds', async (t) => {
    const seen = await watch(t, { up: { delay_ms: 20 }, down: { delay_ms: 20, rate_bps: 400e3, queue_ms: 300 }, seed: 9 },
      { publish: (url) => window.narrow.publish(url), settling_s: 15, seconds: 10, then: { rate_bps: 5e6 } });
    const available = seen.pair.availableOutgoingBitrate;
    assert.ok(available > 1.5e6, `${available} b/s available`);
  });
});
