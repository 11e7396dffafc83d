// Chromium speaks raw JSON-RPC to the server: its own camera comes back, and one publisher is seen by others.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { assertNoErrors, assertPicture, assertStats } from './lib/media-checks.mjs';
import { useServer } from './lib/server.mjs';

describe('Chromium', () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);

  for (const codec of ['VP8', 'H264', 'VP9', 'AV1']) {
    test(`loopback of ${codec} and Opus`, async () => {
      const page = await open();
      const { picture, stats } = await page.evaluate(({ url, codec }) => window.peer.loopback(url, { codec }),
        { url: server.url, codec });
      assertPicture(picture);
      assertStats(stats, codec);
      assertNoErrors(page);
      await page.close();
    });
  }

  test('loopback without BUNDLE, audio and video each on their own transport', async () => {
    const page = await open();
    const { picture, stats, transports, iceStates } = await page.evaluate(
      (url) => window.peer.loopback(url, { bundle: false }), server.url);
    assert.equal(transports, 2);
    assert.deepEqual(iceStates.map(({ streamId }) => streamId), ['1', '2']);
    assertPicture(picture);
    assertStats(stats, 'VP8');
    assertNoErrors(page);
    await page.close();
  });

  test('media goes on over an ICE restart by a new offer', async () => {
    const page = await open();
    const { before, after, connectionState, fragments } = await page.evaluate((url) => window.peer.restart(url), server.url);
    assertPicture(before);
    assertPicture(after);
    assert.equal(connectionState, 'connected');
    assert.notEqual(fragments[0], fragments[1], 'the server has new ICE credentials');
    assertNoErrors(page);
    await page.close();
  });

  test("the server's statistics agree with the browser's", async () => {
    const page = await open();
    const { stats, serverStats } = await page.evaluate((url) => window.peer.loopback(url), server.url);
    for (const kind of ['audio', 'video']) {
      const entries = Object.values(serverStats[kind]);
      const received = entries.filter(({ type }) => type === 'inboundrtp');
      const sent = entries.filter(({ type }) => type === 'outboundrtp');
      assert.deepEqual([received.length, sent.length], [1, 1], `one stream each way: ${JSON.stringify(entries)}`);
      assert.equal(Number(sent[0].ssrc), stats[kind].ssrc, 'the stream that the browser receives');
      const { packetsReceived, packetsLost } = stats[kind];
      assert.ok(sent[0].packetsSent >= packetsReceived, `${sent[0].packetsSent} ${kind} packets sent, ${packetsReceived} received`);
      assert.ok(received[0].packetsReceived >= packetsReceived, `${received[0].packetsReceived} ${kind} packets came`);
      assert.ok(sent[0].bytesSent > 0 && received[0].bytesReceived > 0, 'bytes are counted');
      assert.equal(packetsLost, 0, 'nothing is lost on the loopback interface');
    }
    await page.close();
  });

  test('a viewer behind mDNS candidates sees the publisher', async () => {
    const page = await open();
    const hidden = await launchChromium({ camera: false });
    try {
      const { pipeline, endpoint } = await page.evaluate((url) => window.peer.publish(url), server.url);
      const viewer = await open(hidden);
      const { picture, stats, sdp } = await viewer.evaluate(
        ({ url, pipeline, source }) => window.peer.view(url, { pipeline, source }),
        { url: server.url, pipeline, source: endpoint });
      assert.match(sdp, /a=candidate:.* [0-9a-f-]+\.local /, 'the viewer hid its addresses');
      assertPicture(picture);
      assertStats(stats, 'VP8');
      assertNoErrors(viewer);
    } finally {
      await hidden.close();
      await page.close();
    }
  });
});
