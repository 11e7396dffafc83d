// Chromium publishes three encodings of its camera: each viewer gets the one that fits, and retransmissions go as
// streams of their own.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { assertNoErrors } from './lib/media-checks.mjs';
import { useServer } from './lib/server.mjs';

const HEIGHTS = { 150: 180, 500: 360, 2500: 720 };
const WITHIN_MS = 5000;

function assertLayers({ encodings, took_ms, before, later }, t) {
  assert.equal(encodings, 3, 'Chromium sends all encodings');
  for (const [kbps, height] of Object.entries(HEIGHTS)) {
    assert.ok(took_ms[kbps] <= WITHIN_MS, `a viewer of ${kbps} kbit/s has its layer after ${took_ms[kbps]} ms`);
    assert.equal(later[kbps].frameHeight, height, `${kbps} kbit/s: it stays`);
    const frames = later[kbps].framesDecoded - before[kbps].framesDecoded;
    assert.ok(frames > 40, `${kbps} kbit/s: ${frames} pictures in five seconds`);
    assert.equal(later[kbps].packetsLost, 0, `${kbps} kbit/s: nothing looks lost`);
    t.diagnostic(`${kbps} kbit/s: ${height} lines after ${took_ms[kbps].toFixed(0)} ms, ${frames} pictures in 5 s`);
  }
}

for (const settings of [{}, { shards: 2, spreadLoad: 0 }]) {
  describe(`Simulcast ${JSON.stringify(settings)}`, () => {
    const server = useServer({ mediaServer: settings });
    const { open } = useBrowser(launchChromium);

    for (const codec of ['VP8', 'H264']) {
      test(`three viewers of ${codec} each get their own layer`, async (t) => {
        const page = await open();
        const result = await page.evaluate(({ url, codec }) => window.simulcast.threeViewers(url, { codec }), { url: server.url, codec });
        assert.match(result.answer, /a=simulcast:recv q;h;f/);
        assertLayers(result, t);
        const video = result.sent.filter(({ kind }) => kind === 'video');
        assert.deepEqual(video.map(({ rid }) => rid).sort(), ['f', 'h', 'q']);
        for (const stream of video) assert.ok(stream.rtxSsrc > 0, 'each encoding has its retransmission stream');
        for (const viewer of Object.values(result.later)) assert.ok(viewer.rtxSsrc > 0, 'viewers get retransmissions as a stream of their own');
        assertNoErrors(page);
        await page.close();
      });
    }

    test('a viewer turns from layer to layer without a freeze', async () => {
      const page = await open();
      const seen = await page.evaluate((url) => window.simulcast.turning(url), server.url);
      assert.deepEqual(seen.map(({ frameHeight }) => frameHeight), [720, 180, 360, 720]);
      const last = seen.at(-1);
      assert.equal(last.packetsLost, 0);
      assert.ok(last.totalFreezesDuration < 2, `it froze for ${last.totalFreezesDuration} s`);
      assertNoErrors(page);
      await page.close();
    });

    test('sound by RFC 2198 goes as it came to who wants it so, and as plain Opus to others', async () => {
      const page = await open();
      const { answer, red, opus } = await page.evaluate((url) => window.simulcast.redundantSound(url), server.url);
      assert.match(answer, /a=rtpmap:(\d+) red\/48000\/2[^]*a=fmtp:\1 111\/111/);
      // Chromium tells of the codec within only; what was there twice it has to discard.
      const bytes = ({ bytesReceived, packetsReceived }) => bytesReceived / packetsReceived;
      assert.ok(bytes(red) > 1.2 * bytes(opus), `${bytes(red)} and ${bytes(opus)} bytes a packet`);
      assert.ok(red.packetsDiscarded > red.packetsReceived / 2 && opus.packetsDiscarded === 0, JSON.stringify([red, opus]));
      for (const heard of [red, opus]) assert.equal(heard.packetsLost, 0);
      assertNoErrors(page);
      await page.close();
    });
  });
}
