// HttpPostEndpoint: files go in by curl and by a browser's forms and scripts, and Chromium sees them while they come.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { curl } from './lib/commands.mjs';
import { makeMedia } from './lib/media-files.mjs';
import { times } from './lib/endpoints.mjs';
import { assertPicture } from './lib/media-checks.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';
import { Events } from './lib/stage.mjs';

const SECONDS = 4;
const WEBM = [['-c:v', 'libvpx', '-b:v', '500k', '-g', '25'], ['-c:a', 'libopus', '-f', 'webm']];
// As phones and cameras write them.
const LATE_INDEX_MP4 = [['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25'], ['-c:a', 'aac', '-f', 'mp4']];
const MP4 = [['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25'], ['-c:a', 'aac',
  '-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4']];

// Sends bytes as they are, and gives what comes back until the server closes.
async function exchange(port, ...pieces) {
  const socket = connectTcp(port, '127.0.0.1');
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (data) => { answer += data; });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  for (const piece of pieces) socket.write(piece);
  await closed;
  return answer;
}

describe('HttpPostEndpoint', () => {
  const server = useServer();
  const browser = useBrowser(launchChromium);
  let rpc, pipeline, directory, webm, mp4, lateIndex;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kaskado-http-'));
    webm = await makeMedia(join(directory, 'film.webm'), SECONDS, ...WEBM);
    mp4 = await makeMedia(join(directory, 'film.mp4'), SECONDS, ...MP4);
    lateIndex = await makeMedia(join(directory, 'phone.mp4'), SECONDS, ...LATE_INDEX_MP4);
    rpc = await connect(server.url);
    pipeline = await rpc.create('MediaPipeline');
  });
  after(async () => {
    await rpc?.close();
    await rm(directory, { recursive: true, force: true });
  });

  // An endpoint with its address, and what it tells.
  async function makeEndpoint(params = {}) {
    const endpoint = await rpc.create('HttpPostEndpoint', { mediaPipeline: pipeline, ...params });
    const url = await rpc.invoke(endpoint, 'getUrl');
    const events = new Events();
    for (const type of ['MediaSessionStarted', 'EndOfStream', 'MediaSessionTerminated', 'Error']) {
      await rpc.on(endpoint, type, (event) => events.take(event));
    }
    const types = () => events.seen.map(({ type }) => type);
    const until = (type) => events.until((seen) => seen.some((event) => event.type === type), type);
    return { endpoint, url, events, types, until, port: Number(new URL(url).port) };
  }

  // A page that follows the endpoint, and a promise of what it sees.
  async function view(source) {
    const page = await browser.open();
    await page.evaluate(async ([url, it]) => (await import('/follower.js')).follow(url, it), [server.url, { pipeline, source }]);
    const picture = page.evaluate(async () => (await import('/follower.js')).seen());
    picture.catch(() => {});
    return { page, picture };
  }

  async function checkView({ page, picture }) {
    const seen = await picture;
    assertPicture(seen);
    assert.ok(seen.loudness > 1e-4, `sound comes too: ${seen.loudness}`);
    await page.evaluate(async () => (await import('/follower.js')).leave());
    assert.deepEqual(page.errors, []);
    await page.close();
  }

  for (const [name, file, args] of [
    ['a WebM as a form', () => webm, (url) => ['-F', 'title=A film', '-F', `file=@${webm};type=video/webm`, url]],
    ['a WebM by PUT, in chunks', () => webm, (url) => ['-H', 'Transfer-Encoding: chunked', '-T', webm, url]],
    ['a fragmented MP4 with H264 and AAC by POST', () => mp4, (url) => ['--data-binary', `@${mp4}`, url]],
    ['an MP4 whose index stands at its end', () => lateIndex, (url) => ['-T', lateIndex, url]],
  ]) {
    test(`curl sends ${name}, and a browser sees it`, async () => {
      const { endpoint, url, types, until } = await makeEndpoint();
      const viewer = await view(endpoint);
      const answer = await curl(...args(url));
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.text, `Received ${(await readFile(file())).length} bytes.`);
      await checkView(viewer);
      await until('MediaSessionTerminated');
      assert.deepEqual(types(), ['MediaSessionStarted', 'EndOfStream', 'MediaSessionTerminated']);
      await rpc.release(endpoint);
    });
  }

  for (const [name, send] of [
    ['by FormData', async ([url, bytes]) => {
      const form = new FormData();
      form.append('title', 'A film');
      form.append('file', new Blob([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], { type: 'video/webm' }), 'a "film".webm');
      const answer = await fetch(url, { method: 'POST', body: form });
      return [answer.status, await answer.text()];
    }],
    ['as it is, with a preflight', async ([url, bytes]) => {
      const blob = new Blob([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], { type: 'video/webm' });
      const answer = await fetch(url, { method: 'PUT', body: blob, headers: { 'X-Title': 'film' } });
      return [answer.status, await answer.text()];
    }],
    ['by a form that is submitted', ([url, bytes]) => new Promise((resolve) => {
      document.body.insertAdjacentHTML('beforeend', `<iframe name="answer"></iframe>
        <form method="post" enctype="multipart/form-data" target="answer"><input name="title" value="A film"><input type="file" name="file"></form>`);
      const form = document.forms[0], files = new DataTransfer();
      files.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], 'film.webm', { type: 'video/webm' }));
      form.action = url;
      form.elements.file.files = files.files;
      // What another origin answers is not for this page to read; the endpoint's events tell.
      document.querySelector('iframe').onload = () => resolve([200, '']);
      form.submit();
    })],
  ]) {
    test(`a page sends a WebM ${name}`, async () => {
      const { endpoint, url, types, until } = await makeEndpoint();
      const viewer = await view(endpoint);
      const bytes = await readFile(webm);
      const [status, text] = await viewer.page.evaluate(send, [url, bytes.toString('base64')]);
      assert.equal(status, 200, text);
      if (text) assert.equal(text, `Received ${bytes.length} bytes.\n`);
      await checkView(viewer);
      await until('MediaSessionTerminated');
      assert.deepEqual(types(), ['MediaSessionStarted', 'EndOfStream', 'MediaSessionTerminated']);
      await rpc.release(endpoint);
    });
  }

  test('two files at once go each to its own endpoint', async () => {
    const both = await times(2, () => makeEndpoint());
    const views = await Promise.all(both.map(({ endpoint }) => view(endpoint)));
    const answers = await Promise.all([curl('-T', webm, both[0].url), curl('-T', mp4, both[1].url)]);
    assert.deepEqual(answers.map(({ status }) => status), [200, 200]);
    for (const viewer of views) await checkView(viewer);
    await Promise.all(both.map(({ until }) => until('EndOfStream')));
    for (const { endpoint } of both) await rpc.release(endpoint);
  });

  test('an address takes one file, and no other address is known', async () => {
    const { endpoint, url, until } = await makeEndpoint();
    const another = await makeEndpoint();
    assert.notEqual(another.url, url);
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]{36}$/);
    assert.equal((await curl('-T', webm, url)).status, 200);
    await until('EndOfStream');
    const again = await curl('-T', webm, url);
    assert.equal(again.status, 410);
    assert.match(again.text, /one only/);
    const guessed = await curl('-T', webm, `${url.slice(0, -1)}${url.endsWith('0') ? '1' : '0'}`);
    assert.equal(guessed.status, 404);
    await rpc.release(endpoint);
    assert.equal((await curl('-T', webm, url)).status, 404);
    await rpc.release(another.endpoint);
  });

  test('a file is played at its own speed', async () => {
    const { endpoint, url, until } = await makeEndpoint();
    const began = performance.now();
    await curl('-T', webm, url);
    await until('EndOfStream');
    const took_ms = performance.now() - began;
    assert.ok(took_ms > SECONDS * 1000 - 500 && took_ms < SECONDS * 1000 + 3000, `it took ${took_ms.toFixed(0)} ms`);
    await rpc.release(endpoint);
  });

  async function breakOff({ url, until }) {
    const child = spawn('curl', ['-s', '--limit-rate', '20k', '-T', webm, url], { stdio: 'ignore' });
    await until('MediaSessionStarted');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  test('a file that breaks off ends the session after the disconnection timeout', async () => {
    const { endpoint, url, types, until } = await makeEndpoint({ disconnectionTimeout: 1 });
    await breakOff({ url, until });
    await until('MediaSessionTerminated');
    assert.deepEqual(types(), ['MediaSessionStarted', 'MediaSessionTerminated']);
    assert.equal((await curl('-T', webm, url)).status, 404);
    await rpc.release(endpoint);
  });

  test('a file that broke off may be sent again', async () => {
    const { endpoint, url, types, until } = await makeEndpoint({ disconnectionTimeout: 30 });
    await breakOff({ url, until });
    const viewer = await view(endpoint);
    const answer = await curl('-T', webm, url);
    assert.equal(answer.status, 200, answer.text);
    await checkView(viewer);
    await until('MediaSessionTerminated');
    assert.deepEqual(types(), ['MediaSessionStarted', 'EndOfStream', 'MediaSessionTerminated']);
    await rpc.release(endpoint);
  });

  test('what is no media is refused with a sentence', async () => {
    const { endpoint, url, types, until } = await makeEndpoint({ disconnectionTimeout: 0 });
    const answer = await curl('--data-binary', `@${new URL(import.meta.url).pathname}`, url);
    assert.equal(answer.status, 415, answer.text);
    assert.match(answer.text, /^This is no file that can be played/);
    await until('MediaSessionTerminated');
    // An error's own type takes the place of the event's, as with Kurento.
    assert.deepEqual(types(), ['MediaSessionStarted', 'STREAM_ERROR_FAILED', 'MediaSessionTerminated']);
    await rpc.release(endpoint);
  });

  test('a client that still sends is told that its endpoint has gone', async () => {
    const { endpoint, url, until } = await makeEndpoint();
    const answer = curl('--limit-rate', '20k', '-T', webm, url);
    await until('MediaSessionStarted');
    await rpc.release(endpoint);
    assert.equal((await answer).status, 410);
  });

  test('hostile clients get a clear answer, and others their media', async () => {
    const { endpoint, url, port, until } = await makeEndpoint();
    const place = new URL(url).pathname;
    const status = async (...pieces) => /^HTTP\/1\.1 (\d+) /.exec(await exchange(port, ...pieces))?.[1];
    const slow = await times(100, async () => {
      const socket = connectTcp(port, '127.0.0.1').on('error', () => {});
      await once(socket, 'connect');
      socket.write(`POST ${place} HTTP/1.1\r\n`);
      return socket;
    });
    const head = `POST ${place} HTTP/1.1\r\nHost: a\r\n`;
    assert.equal(await status('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n'), '400');
    assert.equal(await status(`${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`), '400');
    assert.equal(await status(`${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`), '501');
    assert.equal(await status(`${head}X: ${'x'.repeat(20000)}\r\n\r\n`), '431');
    assert.equal(await status(`${head}Content-Length: 99999999999999\r\n\r\n`), '413');
    assert.equal(await status(`GET ${place} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`), '405');
    assert.equal(await status(`GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`), '404');
    assert.equal(await status(`${head}Content-Type: multipart/form-data\r\nContent-Length: 1\r\n\r\nx`), '400');
    assert.equal((await curl('-T', webm, url)).status, 200);
    await until('EndOfStream');
    slow.forEach((socket) => socket.destroy());
    await rpc.release(endpoint);
  });
});
