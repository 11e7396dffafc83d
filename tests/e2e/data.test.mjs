// Data channels: browsers and aiortc send to an endpoint that is connected to itself, and get back what they sent.
// KASKADO_TEST_DATA_MB says how much that is each way; 100 is what has to go through, 20 what is fast enough for every day.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { launchFirefox } from './lib/firefox.mjs';
import { loadKurento } from './lib/kurento.mjs';
import { assertNoErrors } from './lib/media-checks.mjs';
import { E2E } from './lib/paths.mjs';
import { useServer } from './lib/server.mjs';
import { useStage } from './lib/stage.mjs';

const MEGABYTES = Number(process.env.KASKADO_TEST_DATA_MB ?? 20);
const EVENTS = ['DataChannelOpened', 'OnDataChannelOpened', 'DataChannelOpen', 'DataChannelClosed', 'OnDataChannelClosed', 'DataChannelClose'];
const KINDS = [['ordered', { ordered: true }], ['unordered', { ordered: false }]];

function assertEchoed({ sent, received, seconds, stats }, t) {
  assert.equal(received, sent, 'the same digest');
  t.diagnostic(`${MEGABYTES} MB each way in ${seconds.toFixed(1)} s`);
  const channel = stats.find(({ type }) => type === 'datachannel');
  assert.equal(channel.label, 'bulk');
  assert.equal(channel.state, 'open');
  assert.ok(channel.bytesReceived >= MEGABYTES * 1e6 && channel.bytesSent === channel.bytesReceived, JSON.stringify(channel));
}

for (const [browser, launch] of [['Chromium', launchChromium], ['Firefox', launchFirefox]]) {
  describe(`Data channels of ${browser}`, () => {
    const server = useServer();
    const { open } = useBrowser(launch);

    for (const [name, options] of KINDS) {
      test(`${MEGABYTES} MB each way, ${name}`, async (t) => {
        const page = await open();
        const result = await page.evaluate(([url, it]) => window.data.echo(url, it), [server.url, { megabytes: MEGABYTES, ...options }]);
        assertEchoed(result, t);
        if (options.ordered) assert.ok(result.inOrder);
        assertNoErrors(page);
        await page.close();
      });
    }

    test('messages of every kind come back as they were', async () => {
      const page = await open();
      const came = await page.evaluate((url) => window.data.kinds(url), server.url);
      for (const texts of came)
        assert.deepEqual(texts.sort(), ['bytes ', 'bytes 0,255,1', 'text ', 'text text \u{1F600}']);
      assert.equal(came.length, 5);
      await page.close();
    });

    test('both ends open and close', async () => {
      const page = await open();
      const { theirs, ownId, told } = await page.evaluate((it) => window.data.openAndClose(...it), [server.url, EVENTS]);
      assert.deepEqual(theirs, { id: theirs.id, label: 'theirs', protocol: 'p', ordered: false, maxRetransmits: 5 });
      assert.notEqual(theirs.id % 2, ownId % 2, 'each opens streams of its own parity');
      for (const event of EVENTS) assert.ok(told.includes(`${event} ${theirs.id}`), `${event} ${theirs.id}: ${told}`);
      for (const event of EVENTS.filter((each) => each.includes('Close'))) assert.ok(told.includes(`${event} ${ownId}`), `${event} ${ownId}: ${told}`);
      await page.close();
    });
  });
}

describe('Data channels of aiortc', () => {
  const server = useServer();

  for (const [name] of KINDS) {
    test(`${MEGABYTES} MB each way, ${name}`, async (t) => {
      const script = join(E2E, 'clients/aiortc_data.py');
      const { stdout } = await promisify(execFile)('/usr/bin/python3', [script, server.url, name, String(MEGABYTES)], { timeout: 280000 });
      const { sent, received, seconds } = JSON.parse(stdout);
      assert.equal(received, sent, 'the same digest');
      t.diagnostic(`${MEGABYTES} MB each way in ${seconds.toFixed(1)} s`);
    });
  }
});

describe("Kurento's hello-world-data-channel", () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);

  for (const [generation, candidate, opened] of [[6, 'OnIceCandidate', 'OnDataChannelOpened'], [7, 'IceCandidateFound', 'DataChannelOpened']]) {
    test(`by kurento-client ${generation}`, async () => {
      const page = await open();
      const kurento = loadKurento(generation);
      const client = await kurento(server.url, { failAfter: 1 });
      const pipeline = await client.create('MediaPipeline');
      const endpoint = await pipeline.create('WebRtcEndpoint', { useDataChannels: true });
      const found = [];
      endpoint.on(candidate, (event) => found.push(kurento.getComplexType('IceCandidate')(event.candidate)));
      const channelOpened = new Promise((resolve) => { endpoint.on(opened, resolve); });
      const gathered = new Promise((resolve) => { endpoint.on(generation === 6 ? 'OnIceGatheringDone' : 'IceGatheringDone', resolve); });
      const offer = await page.evaluate(() => window.data.offer());
      const answer = await endpoint.processOffer(offer.sdp);
      await endpoint.connect(endpoint);
      for (const own of offer.candidates) await endpoint.addIceCandidate(kurento.getComplexType('IceCandidate')(own));
      await page.evaluate((sdp) => window.peer.accept(sdp), answer);
      await endpoint.gatherCandidates();
      await gathered;
      for (const { candidate: text, sdpMid, sdpMLineIndex } of found)
        await page.evaluate((it) => window.peer.addCandidate(it), { candidate: text, sdpMid, sdpMLineIndex });
      assert.equal(await page.evaluate((text) => window.data.answerTo(text), 'hello, world'), 'hello, world');
      assert.equal((await channelOpened).channelId, await page.evaluate(() => window.caller.channel.id));
      await pipeline.release();
      client.close();
      await page.close();
    });
  }
});

describe('Data of filters', () => {
  const stage = useStage({ data: { label: 'notes' } });
  const said = async (wanted) => {
    for (let turn = 0; turn < 200; ++turn) {
      if ((await stage.page.evaluate(() => window.stage.said())).includes(wanted)) return true;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    return false;
  };

  test('KmsSendData shows the text of a QR code in the page', async () => {
    const filter = await stage.make('datachannelexample.KmsSendData');
    await stage.through(filter);
    await stage.show('codes');
    assert.ok(await said('https://kaskado.example/q?1'));
    await stage.rpc.release(filter);
  });

  test('KmsShowData paints a message in the picture, and passes it on', async () => {
    const filter = await stage.make('datachannelexample.KmsShowData');
    await stage.through(filter);
    await stage.show('plain', { colour: '#303030' });
    const band = [0, 400, 630, 470];
    await stage.sees('nothing is written', { share: { colour: [48, 48, 48], within: band, least: 0.99 } });
    await stage.page.evaluate(() => window.stage.say('WMWMWMWMWMWMWMWM'));
    await stage.sees('the message', { share: { colour: [48, 48, 48], within: band, least: 0.3, most: 0.95 } });
    assert.ok(await said('WMWMWMWMWMWMWMWM'));
    await stage.rpc.release(filter);
  });
});
