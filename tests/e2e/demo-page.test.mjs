// The page that the server itself serves, used as a person would: loopback, then one publisher with three viewers.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { launchChromium } from './lib/chromium.mjs';
import { assertNoErrors, assertPicture } from './lib/media-checks.mjs';
import { useServer } from './lib/server.mjs';

const VIEWERS = 3;

describe('the demo page', () => {
  const server = useServer();
  let browser;
  let page;
  before(async () => { browser = await launchChromium(); });
  after(() => browser?.close());

  async function open() {
    page = await browser.open(server.page);
    const probe = await readFile(new URL('./pages/probe.js', import.meta.url), 'utf8');
    await page.raw.addScriptTag({ type: 'module', content: `${probe}\nwindow.watchVideo = watch;` });
    await page.raw.waitForFunction('window.watchVideo !== undefined');
  }

  const watch = (selector, index = 0) => page.raw.evaluate(
    ([selector, index]) => window.watchVideo(document.querySelectorAll(selector)[index]), [selector, index]);

  // The page plays muted; that audio comes is seen in its element's own track.
  const audioTracks = (selector) => page.raw.evaluate(
    (selector) => [...document.querySelectorAll(selector)].map(({ srcObject }) =>
      srcObject?.getAudioTracks().some(({ muted, readyState }) => !muted && readyState === 'live')), selector);

  test('loopback starts and stops, twice', async () => {
    await open();
    for (let round = 0; round < 2; ++round) {
      await page.click('#start-loopback');
      assertPicture(await watch('video[data-role=loopback-remote]'));
      assert.deepEqual(await audioTracks('video[data-role=loopback-remote]'), [true]);
      await page.click('#stop-loopback');
    }
    assertNoErrors(page);
    await page.close();
  });

  test(`one publisher is seen by ${VIEWERS} viewers`, async () => {
    await open();
    await page.click('#start-publisher');
    const viewers = 'video[data-role=viewer]';
    while ((await page.raw.locator(viewers).count()) < VIEWERS) await page.click('#add-viewer');
    const pictures = await Promise.all([...Array(VIEWERS).keys()].map((index) => watch(viewers, index)));
    for (const picture of pictures) assertPicture(picture);
    // The publisher's card is drawn anew, and leaves the viewers' within it alone.
    await page.raw.evaluate(() => window.kaskado.oneToMany.call.dispatchEvent(new Event('change')));
    assert.deepEqual(await audioTracks(viewers), Array(VIEWERS).fill(true));
    assertNoErrors(page);
    await page.close();
  });

  test('a viewer that comes later sees the publisher too', async () => {
    await open();
    await page.click('#start-publisher');
    assertPicture(await watch('video[data-role=viewer]'));
    const before = await page.raw.locator('video[data-role=viewer]').count();
    await page.click('#add-viewer');
    assertPicture(await watch('video[data-role=viewer]', before));
    assertNoErrors(page);
    await page.close();
  });
});
