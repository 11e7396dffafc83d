// Connections by TCP alone (RFC 6544), as through firewalls that let no UDP through.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { link, makeEnd } from './lib/links.mjs';
import { assertNoErrors, assertPicture, assertStats } from './lib/media-checks.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

const isTcp = (candidate) => candidate.split(' ')[2] === 'TCP';

describe('ICE over TCP', () => {
  const server = useServer();
  const other = useServer();
  const { open } = useBrowser(launchChromium);

  test('a browser connects and gets its picture and sound back', async () => {
    const page = await open();
    const { picture, stats, pairs } = await page.evaluate(
      (url) => window.peer.loopback(url, { transport: 'tcp' }), server.url);
    assertPicture(picture);
    assertStats(stats, 'VP8');
    assert.match(pairs[0].localCandidate, / TCP .* tcptype passive$/);
    assertNoErrors(page);
    await page.close();
  });

  test('two servers connect, one as the active and one as the passive side', async () => {
    const [here, there] = [await connect(server.url), await connect(other.url)];
    const a = await makeEnd(here, await here.create('MediaPipeline'));
    const b = await makeEnd(there, await there.create('MediaPipeline'));
    const took_ms = await link(a, b, isTcp);
    assert.ok(took_ms < 3000, `connected after ${took_ms.toFixed(0)} ms`);
    const types = [];
    for (const { rpc, endpoint } of [a, b]) {
      const [pair] = await rpc.invoke(endpoint, 'getICECandidatePairs');
      types.push(/tcptype (\w+)$/.exec(pair.localCandidate)?.[1]);
    }
    for (const { rpc, pipeline } of [a, b]) await rpc.release(pipeline);
    assert.deepEqual(types.sort(), ['active', 'passive']);
    await Promise.all([here.close(), there.close()]);
  });

  test('iceTcp false: no TCP candidate is told', async () => {
    const rpc = await connect(server.url);
    const a = await makeEnd(rpc, await rpc.create('MediaPipeline'));
    const b = await makeEnd(rpc, a.pipeline);
    await rpc.invoke(a.endpoint, 'setIceTcp', { iceTcp: false });
    await link(a, b);
    assert.ok(a.candidates.length > 0 && !a.candidates.some(isTcp), `${a.candidates}`);
    assert.ok(b.candidates.some(isTcp));
    await rpc.release(a.pipeline);
    await rpc.close();
  });
});
