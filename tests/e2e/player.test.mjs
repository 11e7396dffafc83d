// PlayerEndpoint plays what ffmpeg has made, whole and mutilated, from files and from nginx, and Chromium sees and hears it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { KINDS, makeFile, useFolder } from './lib/media-files.mjs';
import { assertNoErrors, assertPicture } from './lib/media-checks.mjs';
import { startNginx } from './lib/nginx.mjs';
import { Random } from './lib/random.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';
import { Events } from './lib/stage.mjs';

const SECONDS = 15;

function useClient(server) {
  const client = {};
  before(async () => { client.rpc = await connect(server.url); });
  after(() => client.rpc?.close());
  // A player in a pipeline of its own, and what it tells.
  client.play = async (uri, options = {}) => {
    const { rpc } = client;
    const pipeline = await rpc.create('MediaPipeline');
    const player = await rpc.create('PlayerEndpoint', { mediaPipeline: pipeline, uri, ...options });
    const events = new Events();
    for (const type of ['EndOfStream', 'Error', 'UriEndpointStateChanged']) {
      await rpc.on(player, type, (event) => events.take({ ...event, type, error: event.type }));
    }
    await rpc.invoke(player, 'play');
    return { pipeline, player, events, release: () => rpc.release(pipeline) };
  };
  return client;
}

const ofType = (events, type) => events.seen.filter((event) => event.type === type);

describe('PlayerEndpoint', () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);
  const folder = useFolder();
  const client = useClient(server);

  for (const name of Object.keys(KINDS)) {
    test(`plays ${name}`, async () => {
      const path = await makeFile(folder.path, name, SECONDS);
      const { pipeline, player, events, release } = await client.play(`file://${path}`);
      const page = await open();
      const [video, audio] = KINDS[name];
      const seen = await page.evaluate((options) => window.player.watchSource(options.url, options),
        { url: server.url, pipeline, source: player, video: Boolean(video), audio: Boolean(audio) });
      if (video) assertPicture(seen.picture, 'Firefox');
      if (video) assert.deepEqual([seen.picture.width, seen.picture.height], [320, 240]);
      if (audio) assert.ok(seen.stats.audio.totalAudioEnergy > 1e-4, 'the tone is heard');
      assert.deepEqual(ofType(events, 'Error'), []);
      const info = await client.rpc.invoke(player, 'getVideoInfo');
      assert.ok(Math.abs(info.duration - SECONDS * 1000) < 300, `duration ${info.duration}`);
      assertNoErrors(page);
      await page.close();
      await release();
    });
  }

  test('packets go out as they are where the viewer takes the codec', async () => {
    const path = await makeFile(folder.path, 'vp8-opus.webm', SECONDS);
    const { pipeline, player, release } = await client.play(`file://${path}`);
    const page = await open();
    await page.evaluate((options) => window.player.watchSource(options.url, options),
      { url: server.url, pipeline, source: player, video: true, audio: true });
    for (const mediaType of ['VIDEO', 'AUDIO']) {
      assert.equal(await client.rpc.invoke(player, 'isMediaTranscoding', { mediaType }), false);
    }
    await page.close();
    await release();
  });

  test('pauses, goes on, goes to a position, and tells of the end', async () => {
    const path = await makeFile(folder.path, 'h264-bframes-aac.mp4', 6);
    const { player, events, release } = await client.play(`file://${path}`);
    const { rpc } = client;
    const position = () => rpc.invoke(player, 'getPosition');
    while (await position() < 500) await sleep(50);
    await rpc.invoke(player, 'pause');
    assert.equal(await rpc.invoke(player, 'getState'), 'PAUSE');
    const paused = await position();
    await sleep(500);
    assert.equal(await position(), paused, 'it stands still');
    await rpc.invoke(player, 'setPosition', { position: 4000 });
    await rpc.invoke(player, 'play');
    const before = performance.now();
    await events.until((seen) => seen.some(({ type }) => type === 'EndOfStream'), 'EndOfStream');
    const took = performance.now() - before;
    assert.ok(took > 1500 && took < 3500, `from 4 s to 6 s it took ${took.toFixed(0)} ms`);
    await events.until((seen) => seen.at(-1).state === 'STOP', 'STOP');
    assert.deepEqual(ofType(events, 'UriEndpointStateChanged').map(({ state }) => state), ['START', 'PAUSE', 'START', 'STOP']);
    assert.match(await rpc.invoke(player, 'getElementGstreamerDot'), /^digraph/);
    await release();
  });

  test('tells what is wrong with an address', async () => {
    for (const [uri, reason] of [['file:///nonexistent.webm', /No such file/], ['not a uri', /No such file/], ['foo://bar', /it is no file/],
      ['http://127.0.0.1:1/x.webm', /refused/], [`file://${folder.path}`, /no regular file/]]) {
      const { events, release, player } = await client.play(uri);
      await events.until((seen) => seen.some(({ type }) => type === 'Error'), `an error of ${uri}`);
      const [error] = ofType(events, 'Error');
      assert.match(error.description, reason);
      assert.equal(error.error, 'RESOURCE_ERROR_OPEN_READ');
      assert.equal(await client.rpc.invoke(player, 'getState'), 'STOP');
      await release();
    }
  });

  test('mutilated files end or fail, and nothing else', async () => {
    const random = new Random(5);
    const names = ['vp8-opus.webm', 'h264-baseline-aac.mp4', 'mpeg2-mp2.ts', 'mpeg4-mp3.avi', 'theora-vorbis.ogv'];
    const victims = [];
    for (const name of names) {
      const whole = await readFile(await makeFile(folder.path, name, 2));
      const cut = whole.subarray(0, Math.floor(whole.length / 2));
      const beheaded = whole.subarray(100);
      const spotted = Buffer.from(whole);
      for (let i = 0; i < 200; ++i) spotted[random.below(spotted.length)] = random.below(256);
      const holed = Buffer.from(whole);
      const hole = random.below(holed.length >> 1);
      holed.fill(0, hole, hole + (holed.length >> 2));
      for (const [how, content] of Object.entries({ cut, beheaded, spotted, holed })) {
        const path = join(folder.path, `${how}-${name}`);
        await writeFile(path, content);
        victims.push(path);
      }
    }
    assert.equal(victims.length, 20);
    const players = await Promise.all(victims.map((path) => client.play(`file://${path}`)));
    const over = ({ type, state }) => type === 'EndOfStream' || state === 'STOP';
    await Promise.all(players.map(({ events }, i) => events.until((seen) => seen.some(over), victims[i], 60000)));
    for (const { release } of players) await release();
    assert.equal((await client.rpc.call('ping', { interval: 1000 })).value, 'pong');
  });
});

describe('PlayerEndpoint over HTTP', () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);
  const folder = useFolder();
  const client = useClient(server);
  let nginx;
  before(async () => {
    nginx = await startNginx(folder.path, { locations: 'location /moved/ { rewrite ^/moved/(.*)$ /$1 redirect; }' });
  });
  after(() => nginx?.close());

  for (const name of ['vp8-opus.webm', 'h264-bframes-aac.mp4']) {
    test(`plays ${name} behind a redirect, and seeks in it`, async () => {
      await makeFile(folder.path, name, 30);
      const { pipeline, player, events, release } = await client.play(`${nginx.url}moved/${name}`);
      const page = await open();
      const { picture, stats } = await page.evaluate((options) => window.player.watchSource(options.url, options),
        { url: server.url, pipeline, source: player, video: true, audio: true });
      assertPicture(picture, 'Firefox');
      assert.ok(stats.audio.totalAudioEnergy > 1e-4, 'the tone is heard');
      await client.rpc.invoke(player, 'setPosition', { position: 28000 });
      await events.until((seen) => seen.some(({ type }) => type === 'EndOfStream'), 'the end', 8000);
      assert.deepEqual(ofType(events, 'Error'), []);
      await page.close();
      await release();
    });
  }

  test('tells that there is no such page', async () => {
    const { events, release } = await client.play(`${nginx.url}missing.webm`);
    await events.until((seen) => seen.some(({ type }) => type === 'Error'), 'an error');
    assert.match(ofType(events, 'Error')[0].description, /404/);
    await release();
  });
});
