// The media checks themselves, without a server: they pass on a good connection and fail on each bad one.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchChromium } from './lib/chromium.mjs';
import { launchFirefox } from './lib/firefox.mjs';
import { assertNoErrors, assertPicture, assertStats } from './lib/media-checks.mjs';
import { servePages } from './lib/page-server.mjs';

let pages;
before(async () => { pages = await servePages(); });
after(() => pages.close());

async function direct(browser, options) {
  const page = await browser.open(pages.url);
  await page.ready();
  try {
    return { page, ...(await page.evaluate((it) => window.peer.direct(it), options)) };
  } finally {
    await page.close();
  }
}

function describeBrowser(name, launch, codecs) {
  describe(`checks of media in ${name}`, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(() => browser?.close());

    for (const codec of codecs) {
      test(`${codec} from page to page passes`, async () => {
        const { page, picture, stats } = await direct(browser, { codec });
        assertPicture(picture, name);
        assertStats(stats, codec);
        assertNoErrors(page);
      });
    }

    test('a black picture fails', async () => {
      const { picture } = await direct(browser, { disturb: 'black' });
      assert.throws(() => assertPicture(picture, name), /not black/);
    });

    test('a still picture fails', async () => {
      const { picture } = await direct(browser, { disturb: 'frozen' });
      assert.throws(() => assertPicture(picture, name), /moves/);
    });

    test('silence fails', async () => {
      const { stats } = await direct(browser, { disturb: 'silent' });
      assert.throws(() => assertStats(stats, 'VP8'), /silence|audio comes/);
    });

    test('a connection that is cut fails', async () => {
      await assert.rejects(direct(browser, { disturb: 'cut' }), /took more than/);
    });

    test("a page's error fails", async () => {
      const page = await browser.open(pages.url);
      await page.evaluate(() => new Promise((resolve) => {
        addEventListener('error', () => setTimeout(resolve, 100));
        setTimeout(() => { throw new Error('on purpose'); });
      }));
      assert.throws(() => assertNoErrors(page), /no error/);
      await page.close();
    });
  });
}

describeBrowser('Chromium', launchChromium, ['VP8', 'H264']);
describeBrowser('Firefox', launchFirefox, ['VP8']);
