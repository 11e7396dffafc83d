// Firefox speaks raw JSON-RPC to the server. Debian's Firefox encodes VP8 and VP9; its H264 plug-in is a download.
import { after, before, describe, test } from 'node:test';
import { launchFirefox } from './lib/firefox.mjs';
import { assertNoErrors, assertPicture, assertStats } from './lib/media-checks.mjs';
import { servePages } from './lib/page-server.mjs';
import { useServer } from './lib/server.mjs';

describe('Firefox', () => {
  const server = useServer();
  let pages;
  let browser;
  before(async () => {
    pages = await servePages();
    browser = await launchFirefox();
  });
  after(async () => {
    await browser?.close();
    pages?.close();
  });

  for (const codec of ['VP8', 'VP9']) {
    test(`loopback of ${codec} and Opus`, async () => {
      const page = await browser.open(pages.url);
      await page.ready();
      const { picture, stats } = await page.evaluate(({ url, codec }) => window.peer.loopback(url, { codec }),
        { url: server.url, codec });
      assertPicture(picture, 'Firefox');
      assertStats(stats, codec);
      assertNoErrors(page);
      await page.close();
    });
  }
});
