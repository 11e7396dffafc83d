// Kurento's own Node clients of both generations, unmodified, run hello-world: a browser sends its camera to a
// WebRtcEndpoint that is connected to itself. One server serves both at once.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { assertNoErrors, assertPicture, assertStats } from './lib/media-checks.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

const GENERATIONS = [
  {
    name: 'kurento-client 6.18',
    load: () => createRequire(new URL('./clients/kurento-6/package.json', import.meta.url))('kurento-client'),
    candidate: 'OnIceCandidate',
    events: ['OnIceGatheringDone', 'OnIceComponentStateChanged', 'NewCandidatePairSelected', 'MediaStateChanged',
      'ConnectionStateChanged', 'MediaFlowInStateChange', 'MediaFlowOutStateChange'],
  },
  {
    name: 'kurento-client 7.3',
    load: () => createRequire(new URL('./clients/kurento-7/package.json', import.meta.url))('kurento-client'),
    candidate: 'IceCandidateFound',
    events: ['IceGatheringDone', 'IceComponentStateChanged', 'NewCandidatePairSelected', 'MediaStateChanged',
      'ConnectionStateChanged', 'MediaFlowInStateChanged', 'MediaFlowOutStateChanged'],
  },
];

// Resolves when every named event was seen once; what is missing is in the error's text.
function collectEvents(endpoint, names, timeout_ms = 45000) {
  const missing = new Set(names);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`events that never came: ${[...missing].join(', ')}`)), timeout_ms);
    for (const name of names) {
      endpoint.on(name, (event) => {
        assert.equal(event.type, name);
        missing.delete(name);
        if (missing.size > 0) return;
        clearTimeout(timer);
        resolve();
      });
    }
  });
}

async function helloWorld({ load, candidate, events }, url, page) {
  const kurento = load();
  const client = await kurento(url, { failAfter: 1 });
  const pipeline = await client.create('MediaPipeline');
  const endpoint = await pipeline.create('WebRtcEndpoint');
  const trickled = [];
  endpoint.on(candidate, (event) => {
    const found = kurento.getComplexType('IceCandidate')(event.candidate);
    trickled.push({ candidate: found.candidate, sdpMid: found.sdpMid, sdpMLineIndex: found.sdpMLineIndex });
  });
  const seen = collectEvents(endpoint, events);

  const offer = await page.evaluate(() => window.peer.offer());
  const answer = await endpoint.processOffer(offer.sdp);
  await endpoint.connect(endpoint);
  for (const own of offer.candidates) await endpoint.addIceCandidate(kurento.getComplexType('IceCandidate')(own));
  await page.evaluate((sdp) => window.peer.accept(sdp), answer);
  await endpoint.gatherCandidates();
  const { picture, stats } = await hearCandidates(page, trickled);
  await seen;
  assertPicture(picture);
  assertStats(stats, 'VP8');
  await assertObjects(pipeline, endpoint);
  await pipeline.release();
  await assertGone(endpoint.id, url);
  client.close();
}

// Hands the endpoint's candidates to the page for as long as it waits for media.
async function hearCandidates(page, trickled) {
  let done = false;
  const media = page.evaluate(() => window.peer.media()).finally(() => { done = true; });
  media.catch(() => {});
  while (!done) {
    const next = trickled.shift();
    if (next) await page.evaluate((it) => window.peer.addCandidate(it), next);
    else await Promise.race([media.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  return media;
}

async function assertGone(object, url) {
  const rpc = await connect(url);
  await assert.rejects(rpc.call('describe', { object }), (error) => error.code === 40101);
  await rpc.close();
}

async function assertObjects(pipeline, endpoint) {
  const stats = Object.values(await endpoint.getStats());
  const received = stats.filter(({ type }) => type === 'inboundrtp');
  assert.ok(received.length >= 2, `inbound statistics of audio and video: ${JSON.stringify(stats)}`);
  received.forEach(({ packetsReceived }) => assert.ok(packetsReceived > 20, `${packetsReceived} packets`));
  await endpoint.setName('echo');
  assert.equal(await endpoint.getName(), 'echo');
  const children = await pipeline.getChildren();
  assert.deepEqual(children.map(({ id }) => id), [endpoint.id]);
  const sinks = await endpoint.getSinkConnections();
  assert.deepEqual([...new Set(sinks.map(({ sink }) => sink.id ?? sink))], [endpoint.id]);
}

describe('kurento-client', () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);

  async function hello(generation) {
    const page = await open();
    await helloWorld(generation, server.url, page);
    assertNoErrors(page);
    await page.close();
  }

  for (const generation of GENERATIONS) test(`${generation.name} runs hello-world`, () => hello(generation));
  test('both generations run it at the same time', () => Promise.all(GENERATIONS.map(hello)));

  for (const { name, load } of GENERATIONS) {
    test(`${name} gets a typed error and works on`, async () => {
      const client = await load()(server.url, { failAfter: 1 });
      const pipeline = await client.create('MediaPipeline');
      const endpoint = await pipeline.create('WebRtcEndpoint');
      // Without a callback these clients print errors and swallow them.
      const error = await new Promise((resolve) => endpoint.processOffer('not a session description', resolve));
      assert.deepEqual([error?.code, error?.data?.type], [40201, 'SDP_PARSE_ERROR']);
      const manager = await client.getServerManager();
      assert.equal((await manager.getInfo()).type, 'KMS');
      await pipeline.release();
      client.close();
    });
  }
});
