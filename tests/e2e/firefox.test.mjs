// Firefox speaks raw JSON-RPC to the server. Debian's Firefox encodes VP8 and VP9; its H264 plug-in is a download.
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchFirefox } from './lib/firefox.mjs';
import { assertNoErrors, assertPicture, assertStats } from './lib/media-checks.mjs';
import { useServer } from './lib/server.mjs';

describe('Firefox', () => {
  const server = useServer();
  const { open } = useBrowser(launchFirefox);

  for (const codec of ['VP8', 'VP9']) {
    test(`loopback of ${codec} and Opus`, async () => {
      const page = await open();
      const { picture, stats } = await page.evaluate(({ url, codec }) => window.peer.loopback(url, { codec }),
        { url: server.url, codec });
      assertPicture(picture, 'Firefox');
      assertStats(stats, codec);
      assertNoErrors(page);
      await page.close();
    });
  }
});
