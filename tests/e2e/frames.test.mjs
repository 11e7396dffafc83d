// Chromium and what looks inside the media: other codecs, hubs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { assertNoErrors } from './lib/media-checks.mjs';
import { useServer } from './lib/server.mjs';

const LEAST_PSNR = 30;  // dB, at 1 Mb/s and 640x480

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

describe('Media between codecs', () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);

  for (const [from, to] of [['VP8', 'H264'], ['H264', 'VP8'], ['VP9', 'VP8']]) {
    test(`who sends ${from} is seen by one who takes ${to} only`, async () => {
      const page = await open();
      const { judged, codec, states, tone } = await page.evaluate(
        ({ url, from, to }) => window.studio.transcoded(url, { from, to }), { url: server.url, from, to });
      assert.equal(codec.toUpperCase(), `VIDEO/${to}`);
      assert.ok(median(judged.map(({ psnr }) => psnr)) >= LEAST_PSNR, `PSNR in dB: ${judged.map(({ psnr }) => psnr.toFixed(1))}`);
      const numbers = judged.map(({ number }) => number);
      assert.ok(numbers.every((number, i) => i === 0 || number > numbers[i - 1]), `pictures in order: ${numbers}`);
      assert.ok(states.includes('VIDEO TRANSCODING'), `told: ${states}`);
      assert.ok(tone > -60, `the sound comes, too: ${tone} dB`);
      assertNoErrors(page);
      await page.close();
    });
  }
});

describe('Composite', () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);
  const COLOURS = { red: [255, 0, 0], lime: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] };
  const TONES = [400, 600, 900, 1300];

  test('four peers see each other in one picture, and each hears the three others', async () => {
    const page = await open();
    const seen = await page.evaluate((options) => window.studio.meet(options.url, options),
      { url: server.url, hub: 'Composite', colours: Object.keys(COLOURS), tones: TONES });
    for (const [i, { width, height, cells, tones }] of seen.entries()) {
      assert.deepEqual([width, height], [800, 600]);
      Object.values(COLOURS).forEach((colour, cell) => {
        const off = Math.max(...colour.map((value, channel) => Math.abs(value - cells[cell][channel])));
        assert.ok(off < 60, `peer ${i} sees ${cells[cell]} in cell ${cell}, and not ${colour}`);
      });
      const others = tones.filter((_, tone) => tone !== i);
      assert.ok(Math.min(...others) > -50, `peer ${i} hears the others: ${tones} dB`);
      assert.ok(tones[i] < Math.min(...others) - 25, `peer ${i} does not hear itself: ${tones} dB`);
    }
    assertNoErrors(page);
    await page.close();
  });
});
