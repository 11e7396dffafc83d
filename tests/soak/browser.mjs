// A page of Chromium among the peers: it publishes sound and pictures for as long as the soak lasts, and is recorded again
// and again.
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium } from '../e2e/lib/chromium.mjs';
import { servePages } from '../e2e/lib/page-server.mjs';
import { placesOf } from './places.mjs';
import { Recording } from './recording.mjs';

const RECORDING_S = [8, 20];
const BETWEEN_MS = 2000;

export class Browser {
  static async open({ rpc, server }) {
    const browser = new Browser();
    browser.rpc = rpc;
    browser.pages = await servePages();
    browser.chromium = await launchChromium();
    browser.page = await browser.chromium.open(browser.pages.url);
    await browser.page.ready();
    browser.pipeline = await rpc.create('MediaPipeline');
    browser.endpoint = await browser.page.evaluate(({ url, pipeline }) => window.flash.publish(url, pipeline),
      { url: server.url, pipeline: browser.pipeline });
    return browser;
  }

  // Recordings until the signal, of which `tell` is told (recording.mjs).
  async record(signal, { surroundings, dice, tell }) {
    const place = placesOf(surroundings, 'browser');
    while (!signal.aborted) {
      const recording = new Recording({ session: this.rpc, pipeline: this.pipeline, tell, ...place(dice) });
      await recording.open();
      await recording.follow(this.endpoint);
      await recording.record();
      await sleep(1000 * dice.between(...RECORDING_S), undefined, { signal }).catch(() => {});
      await recording.stop();
      await sleep(BETWEEN_MS);
    }
  }

  get errors() { return this.page.errors; }

  async close() {
    await this.page.evaluate(() => window.flash.end());
    await this.chromium.close();
    this.pages.close();
    await this.rpc.release(this.pipeline);
  }
}
