// Chromium publishes several pictures by one connection; another page sees each at the place that it was connected to.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { assertNoErrors } from './lib/media-checks.mjs';
import { useServer } from './lib/server.mjs';

const MODULES = { SdpEndpoint: 'numVideoMedias=2\n' };

async function see(viewer, expected) {
  const { colours, frames } = await viewer.evaluate((wanted) => window.tracks.see(wanted), expected);
  assert.deepEqual(colours, expected);
  frames.forEach((count, i) => assert.ok(count > 5, `place ${i}: ${count} pictures in 1.5 s`));
}

for (const settings of [{}, { shards: 2, spreadLoad: 0 }]) {
  describe(`Several pictures ${JSON.stringify(settings)}`, () => {
    const server = useServer({ mediaServer: settings, modules: MODULES });
    const { open } = useBrowser(launchChromium);

    const publish = (page, options) =>
      page.evaluate(({ url, options }) => window.tracks.publish(url, options), { url: server.url, options });
    const view = (page, { pipeline, endpoint }, options) => page.evaluate(
      ({ url, options }) => window.tracks.view(url, options), { url: server.url, options: { pipeline, source: endpoint, ...options } });

    for (const bundle of [true, false]) {
      test(`two of one page are seen by another, ${bundle ? 'bundled' : 'each on a transport of its own'}`, async () => {
        const [page, viewer] = [await open(), await open()];
        const published = await publish(page, { colours: ['red', 'blue'], bundle });
        assert.equal(published.transports, bundle ? 1 : 2);
        await view(viewer, published, { links: ['default', 'video1'], bundle });
        await see(viewer, ['red', 'blue']);
        assert.deepEqual(await viewer.evaluate(() => window.tracks.connections()), [['default', 'default'], ['video1', 'video1']]);
        await viewer.evaluate(() => window.tracks.link('video1', 'default'));
        await viewer.evaluate(() => window.tracks.link('default', 'video1'));
        await see(viewer, ['blue', 'red']);
        for (const each of [viewer, page]) assertNoErrors(each);
        await viewer.evaluate(() => window.tracks.leave());
        await page.evaluate(() => window.tracks.stop());
        for (const each of [viewer, page]) await each.close();
      });
    }

    test('two of one page go to two viewers', async () => {
      const pages = [await open(), await open(), await open()];
      const [page, ...viewers] = pages;
      const published = await publish(page, { colours: ['red', 'blue'] });
      for (const [index, viewer] of viewers.entries()) await view(viewer, published, { links: [['default', 'video1'][index]] });
      await see(viewers[0], ['red']);
      await see(viewers[1], ['blue']);
      for (const viewer of viewers) await viewer.evaluate(() => window.tracks.leave());
      await page.evaluate(() => window.tracks.stop());
      for (const each of pages) await each.close();
    });

    test('one comes and goes by new offers while the other goes on', async () => {
      const [page, viewer] = [await open(), await open()];
      const published = await publish(page, { colours: ['red'] });
      await view(viewer, published, { links: ['default', 'video1'] });
      await page.evaluate(() => window.tracks.add(['blue']));
      await see(viewer, ['red', 'blue']);
      await page.evaluate(() => window.tracks.remove(0));
      await page.evaluate(() => window.tracks.add(['green']));
      await see(viewer, ['green', 'blue']);
      for (const each of [viewer, page]) assertNoErrors(each);
      await viewer.evaluate(() => window.tracks.leave());
      await page.evaluate(() => window.tracks.stop());
      for (const each of [viewer, page]) await each.close();
    });

    test('two that the server offers come back crosswise', async () => {
      const page = await open();
      const { mids, colours, frames } = await page.evaluate((url) => window.tracks.offered(url, ['red', 'blue']), server.url);
      assert.deepEqual(mids, ['video0', 'video1']);
      assert.deepEqual(colours, ['blue', 'red']);
      frames.forEach((count, i) => assert.ok(count > 5, `place ${i}: ${count} pictures in 1.5 s`));
      assertNoErrors(page);
      await page.close();
    });
  });
}
