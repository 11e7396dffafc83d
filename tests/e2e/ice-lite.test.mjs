// A server that only answers checks (RFC 8445 §2.5).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { CHROMIUM_OFFER } from './lib/endpoints.mjs';
import { assertNoErrors, assertPicture, assertStats } from './lib/media-checks.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

describe('ICE-lite', () => {
  const server = useServer({ modules: { WebRtcEndpoint: 'networkInterfaces=lo\niceLite=1\nstunServerAddress=127.0.0.1\n' } });
  const { open } = useBrowser(launchChromium);

  test('a browser connects and gets its picture and sound back', async () => {
    const page = await open();
    const { picture, stats } = await page.evaluate((url) => window.peer.loopback(url), server.url);
    assertPicture(picture);
    assertStats(stats, 'VP8');
    assertNoErrors(page);
    await page.close();
  });

  test('descriptions say so, and candidates are of hosts alone', async () => {
    const rpc = await connect(server.url);
    const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: await rpc.create('MediaPipeline') });
    const answer = await rpc.invoke(endpoint, 'processOffer', { offer: CHROMIUM_OFFER });
    assert.match(answer, /^a=ice-lite\r$/m);
    await rpc.invoke(endpoint, 'gatherCandidates');
    const candidates = (await rpc.invoke(endpoint, 'getLocalSessionDescriptor')).match(/^a=candidate.*$/gm);
    assert.ok(candidates.length > 0 && candidates.every((line) => line.includes(' typ host') && !line.includes('active')), candidates.join('\n'));
    await rpc.close();
  });
});
