// Chromium protects its pictures by ULPFEC in RED: what is lost on their way to the server is recovered there, and viewers see neither FEC nor holes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { Link } from './lib/link.mjs';
import { assertNoErrors, assertPicture } from './lib/media-checks.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

const SECONDS = 25;

// Payload types by the names of formats, of video.
function formatsOf(description) {
  const [, video] = description.split(/^m=video/m);
  return Object.fromEntries([...video.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)\/90000/gm)].map(([, type, name]) => [name, type]));
}

describe('Pictures that are protected', () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);

  async function fecOf(rpc) {
    const { shards } = await rpc.call('kaskado.shardStatistics');
    const sum = { packetsReceived: 0, packetsDiscarded: 0, packetsRecovered: 0 };
    for (const { fec } of shards) for (const name of Object.keys(sum)) sum[name] += fec[name];
    return sum;
  }

  // A publisher behind a link of this shape, and a viewer beside the server.
  async function publish(t, shape) {
    const link = await Link.open(shape);
    t.after(() => link.close());
    const page = await open();
    await page.raw.exposeFunction('lead', (candidate) => link.lead(candidate));
    const published = await page.evaluate((url) => window.narrow.publishByLead(url), server.url);
    return { link, page, ...published };
  }

  test('are taken with RED and ULPFEC, and come to viewers as they are', async (t) => {
    const { page, pipeline, endpoint, offer, answer } = await publish(t, {});
    const [offered, answered] = [offer, answer].map(formatsOf);
    for (const name of ['red', 'ulpfec']) {
      assert.ok(offered[name], `Chromium offers ${name}`);
      assert.equal(answered[name], offered[name], `${name} is taken as it is offered`);
    }
    const viewer = await open();
    const { picture, stats } = await viewer.evaluate((it) => window.peer.view(it.url, it), { url: server.url, pipeline, source: endpoint });
    t.diagnostic(JSON.stringify({ picture, lost: stats.video.packetsLost }));
    assertPicture(picture);
    assert.equal(stats.video.packetsLost, 0);
    for (const each of [viewer, page]) assertNoErrors(each);
    await viewer.close();
    await page.close();
  });

  test('are recovered from it where 8 % are lost on a long way', async (t) => {
    const rpc = await connect(server.url);
    const before = await fecOf(rpc);
    const { link, page, pipeline, endpoint } = await publish(t, { up: { loss: 0.08, delay_ms: 40 }, down: { delay_ms: 40 }, seed: 5 });
    const beside = await Link.open();
    t.after(() => beside.close());
    const viewer = await open();
    await viewer.raw.exposeFunction('lead', (candidate) => beside.lead(candidate));
    await viewer.raw.exposeFunction('settled', () => {});
    const seen = await viewer.evaluate((it) => window.narrow.watch(it.url, it), { url: server.url, pipeline, source: endpoint, seconds: SECONDS, settling_s: 3 });
    const fec = await fecOf(rpc);
    for (const name of Object.keys(fec)) fec[name] -= before[name];
    const records = Object.values(await rpc.invoke(endpoint, 'getStats', { mediaType: 'VIDEO' }));
    const { packetsReceived, packetsLost, nackCount, pliCount } = records.find(({ type }) => type === 'inboundrtp');
    t.diagnostic(JSON.stringify({ fec, link: { sent: link.up.sent, lost: link.up.lost }, server: { packetsReceived, packetsLost, nackCount, pliCount },
      viewer: { ...seen, pair: undefined } }));
    assert.ok(link.up.lost > 50, `${link.up.lost} datagrams were lost`);
    assert.ok(fec.packetsReceived > 10, `${fec.packetsReceived} FEC packets came`);
    assert.ok(fec.packetsRecovered > 3, `${fec.packetsRecovered} packets were recovered`);
    assert.ok(seen.frames > 10 * SECONDS, `${seen.frames} pictures were seen`);
    assert.ok(seen.lost < 10, `${seen.lost} numbers did not come to the viewer, whose way loses nothing`);
    for (const each of [viewer, page]) assertNoErrors(each);
    await viewer.close();
    await page.close();
    await rpc.close();
  });
});
