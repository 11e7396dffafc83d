// The page's stage (pages/stage.js) with a server and a browser, and what tests ask of it.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { useBrowser } from './browser-pages.mjs';
import { launchChromium } from './chromium.mjs';
import { connect } from './rpc.mjs';
import { useServer } from './server.mjs';

const EVENT_MS = 20000;

// What came of an event, in order.
export class Events {
  seen = [];
  #changed = () => {};

  take(event) {
    this.seen.push(event);
    this.#changed();
  }

  // Waits until `enough` says so of all that came, and gives that.
  async until(enough, what, timeout_ms = EVENT_MS) {
    const late = new Promise((_, reject) => {
      this.timer = setTimeout(() => reject(new Error(`${what}: only ${JSON.stringify(this.seen)} came`)), timeout_ms);
    });
    try {
      while (!enough(this.seen)) await Promise.race([late, new Promise((resolve) => { this.#changed = resolve; })]);
    } finally {
      clearTimeout(this.timer);
    }
    return this.seen;
  }
}

// A stage for all tests of the surrounding suite, on a server with `settings`, with a client of its own.
export function useStage({ settings, ...options } = {}) {
  const stage = {};
  // Ends before what it stands on does.
  after(async () => {
    await stage.page?.evaluate(() => window.stage.close());
    await stage.rpc?.close();
    assert.deepEqual(stage.page?.errors, [], 'the page reported no error');
  });
  stage.server = useServer(settings);
  const used = useBrowser(launchChromium);
  before(async () => {
    stage.page = await used.open();
    stage.images = used.pages.url;
    const { url } = stage.server;
    Object.assign(stage, await stage.page.evaluate(([at, it]) => window.stage.open(at, it), [url, options]));
    stage.rpc = await connect(url);
  });

  stage.show = (name, params) => stage.page.evaluate(([it, with_]) => window.stage.show(it, with_), [name, params]);
  stage.sees = async (what, wanted, options) => {
    const { ok, ...was } = await stage.page.evaluate(([it, with_]) => window.stage.sees(it, with_), [wanted, options]);
    assert.ok(ok, `${what}: ${JSON.stringify({ wanted, ...was })}`);
    return was;
  };
  stage.hears = async (what, bounds) => {
    const { ok, loudness } = await stage.page.evaluate((it) => window.stage.hears(it), bounds);
    assert.ok(ok, `${what}: ${JSON.stringify({ bounds, loudness })}`);
    return loudness;
  };

  // For raw JSON-RPC; clients of other kinds connect by themselves.
  stage.make = (type, params = {}) => stage.rpc.create(type, { mediaPipeline: stage.pipeline, ...params });
  stage.through = async (...filters) => {
    const chain = [stage.endpoint, ...filters, stage.endpoint];
    for (let i = 0; i + 1 < chain.length; ++i) await stage.rpc.invoke(chain[i], 'connect', { sink: chain[i + 1] });
  };
  stage.listen = async (object, type) => {
    const events = new Events();
    await stage.rpc.on(object, type, (event) => events.take(event));
    return events;
  };
  return stage;
}
