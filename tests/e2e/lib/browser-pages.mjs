// A browser and the test pages for it, from before the first test of a file to behind the last.
import { after, before } from 'node:test';
import { servePages } from './page-server.mjs';

export function useBrowser(launch) {
  const used = {};
  before(async () => {
    used.pages = await servePages();
    used.browser = await launch();
  });
  after(async () => {
    await used.browser?.close();
    used.pages?.close();
  });
  // A page that is ready to be told what to do, in this browser or another one.
  used.open = async (browser = used.browser) => {
    const page = await browser.open(used.pages.url);
    await page.ready();
    return page;
  };
  return used;
}
