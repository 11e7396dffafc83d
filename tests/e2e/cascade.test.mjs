// Endpoints of servers that are connected to each other: all peers of a server share its UDP port, so links of two
// servers, and of one server with itself, are told apart only where some of them take ports of their own.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { link, makeEnd } from './lib/links.mjs';
import { assertNoErrors, assertPicture, assertStats } from './lib/media-checks.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

const LINKS = 8;
const SOON_MS = 5000;  // where other tests run too; some milliseconds otherwise
const PORTS = { first: 41000, last: 41199 };

const portOf = (candidate) => Number(candidate.split(' ')[5]);
const isActive = (candidate) => candidate.endsWith(' tcptype active');  // its port says nothing (RFC 6544 §4.5)
const openFiles = async (server) => (await readdir(`/proc/${server.pid}/fd`)).length;

// Sockets are closed behind the answer to the release.
async function filesComeDownTo(server, wanted) {
  for (let waited_ms = 0; waited_ms < 5000; waited_ms += 20) {
    if (await openFiles(server) <= wanted) return;
    await sleep(20);
  }
  assert.fail(`${await openFiles(server)} files are open, not ${wanted}`);
}

// Makes links from `from` to `to`, all at once, and releases them.
async function linkMany(from, to, check = () => {}) {
  const [here, there] = [await connect(from.url), await connect(to.url)];
  const ends = [];
  for (let i = 0; i < LINKS; ++i) {
    const a = await makeEnd(here, await here.create('MediaPipeline'));
    const b = await makeEnd(there, await there.create('MediaPipeline'));
    ends.push([a, b]);
  }
  const files = [await openFiles(from), await openFiles(to)];
  const took_ms = await Promise.all(ends.map(([a, b]) => link(a, b)));
  for (const [a, b] of ends) {
    for (const { rpc, endpoint } of [a, b]) {
      const pairs = await rpc.invoke(endpoint, 'getICECandidatePairs');
      assert.equal(pairs.length, 1, 'each end has its pair');
    }
  }
  check(ends.flat());
  for (const [a, b] of ends) {
    await a.rpc.release(a.pipeline);
    await b.rpc.release(b.pipeline);
  }
  await filesComeDownTo(from, files[0]);
  await filesComeDownTo(to, files[1]);
  await Promise.all([here.close(), there.close()]);
  return Math.max(...took_ms);
}

describe('links', () => {
  const first = useServer();
  const second = useServer({
    modules: { BaseRtpEndpoint: `minPort=${PORTS.first}\nmaxPort=${PORTS.last}\n` },
  });
  const { open } = useBrowser(launchChromium);

  test('a browser publishes before a link within one server and watches behind it', async (t) => {
    const rpc = await connect(first.url);
    const page = await open();
    const { pipeline, endpoint } = await page.evaluate((url) => window.peer.publish(url), first.url);
    const a = await makeEnd(rpc, pipeline);
    const b = await makeEnd(rpc, pipeline);  // so that both have the same port
    await rpc.invoke(endpoint, 'connect', { sink: a.endpoint });
    const took_ms = await link(a, b);
    t.diagnostic(`linked in ${took_ms.toFixed(0)} ms`);
    assert.ok(took_ms < SOON_MS, `linked soon: ${took_ms.toFixed(0)} ms`);
    const { picture, stats } = await page.evaluate(
      ({ url, pipeline, source }) => window.peer.view(url, { pipeline, source }),
      { url: first.url, pipeline: b.pipeline, source: b.endpoint });
    assertPicture(picture);
    assertStats(stats, 'VP8');
    assertNoErrors(page);
    await rpc.release(pipeline);
    await page.close();
    await rpc.close();
  });

  test(`${LINKS} links within one server, at once`, async (t) => {
    const slowest_ms = await linkMany(first, first);
    t.diagnostic(`the slowest took ${slowest_ms.toFixed(0)} ms`);
    assert.ok(slowest_ms < SOON_MS, `soon: ${slowest_ms.toFixed(0)} ms`);
  });

  test(`${LINKS} links between two servers, at once`, async (t) => {
    const slowest_ms = await linkMany(first, second);
    t.diagnostic(`the slowest took ${slowest_ms.toFixed(0)} ms`);
    assert.ok(slowest_ms < SOON_MS, `soon: ${slowest_ms.toFixed(0)} ms`);
  });

  test('ports are taken between minPort and maxPort', async () => {
    const seen = new Set();
    await linkMany(second, second, (ends) => {
      for (const { candidates } of ends) candidates.filter((candidate) => !isActive(candidate)).map(portOf).forEach((port) => seen.add(port));
    });
    assert.ok(seen.size > LINKS, `ends have ports of their own: ${[...seen]}`);
    for (const port of seen) assert.ok(port >= PORTS.first && port <= PORTS.last, `${port} is in the range`);
  });
});
