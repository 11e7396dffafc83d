// Headless Chromium with a fake camera. A browser page is {evaluate(fn, argument), click(selector), errors, close()}.
import { chromium } from 'playwright-core';

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'];
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

// `camera: false` gives a browser that was never allowed to see devices: it hides its addresses behind mDNS names.
// It keeps a camera's permission from being asked for, so such a page can only receive.
export async function launchChromium({ camera = true, loopback = true } = {}) {
  const args = [...QUIET, ...(camera ? CAMERA : []), ...(loopback ? ['--allow-loopback-in-peer-connection'] : [])];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
  return {
    name: `Chromium ${browser.version()}`,
    open: (url) => openPage(browser, url),
    close: () => browser.close(),
  };
}

async function openPage(browser, url) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(url, { timeout: 90000 });
  return {
    errors,
    raw: page,
    ready: () => page.waitForFunction('window.ready === true'),
    evaluate: (fn, argument) => page.evaluate(fn, argument),
    click: (selector) => page.click(selector),
    close: () => page.close(),
  };
}
