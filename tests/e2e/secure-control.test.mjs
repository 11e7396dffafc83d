// Who may use the control port: TLS and its certificates, access tokens, origins of pages.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { makeAuthority } from './lib/authority.mjs';
import { loadKurento } from './lib/kurento.mjs';
import { RawSocket } from './lib/raw-socket.mjs';
import { freePort, startServer } from './lib/server.mjs';
import { Rpc } from './pages/rpc.js';

const openssl = (...args) => promisify(execFile)('openssl', args);
const TOKEN = 'a-token-of-the-tests-that-nobody-guesses';

// A folder with an authority, `chain.pem` as the server wants it, and a client's certificate.
async function makeCertificates() {
  const folder = await mkdtemp(join(tmpdir(), 'kaskado-tls-'));
  const { authority, certificate, key } = await makeAuthority(folder);
  const chain = join(folder, 'chain.pem');
  await writeFile(chain, (await readFile(certificate)) + (await readFile(key)));
  return { folder, authority, certificate, key, chain, ca: await readFile(authority) };
}

async function withServer(websocket, run) {
  const securePort = await freePort();
  const port = await freePort();
  const net = websocket(port, securePort);
  const listening = net.websocket.port || securePort;
  const server = await startServer({ port: listening, mediaServer: { net }, env: { KASKADO_DEBUG: '3,websocket:4' } });
  try {
    await run({ server, port, securePort, wss: `wss://127.0.0.1:${securePort}/kurento`, ws: `ws://127.0.0.1:${port}/kurento` });
  } finally {
    await server.stop();
  }
}

const socketWith = (options) => class extends WebSocket { constructor(url) { super(url, options); } };
const open = (url, options = {}) => Rpc.open(url, socketWith(options));

// {status, body, headers} of an upgrade that is refused.
function refused(url, options) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options);
    socket.on('open', () => reject(new Error('was let in')));
    socket.on('error', reject);
    socket.on('unexpected-response', async (request, response) => {
      let body = '';
      for await (const piece of response) body += piece;
      resolve({ status: response.statusCode, body, headers: response.headers });
    });
  });
}

async function plainly(port, text) {
  const socket = connectTcp(port, '127.0.0.1');
  let answer = Buffer.alloc(0);
  socket.on('data', (data) => { answer = Buffer.concat([answer, data]); });
  await once(socket, 'connect');
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

async function until(condition, what) {
  for (let tries = 0; tries < 100; ++tries) {
    if (await condition()) return;
    await sleep(100);
  }
  assert.fail(what);
}

describe('the control port with TLS', () => {
  let tls;
  before(async () => { tls = await makeCertificates(); });
  after(() => rm(tls.folder, { recursive: true }));
  const both = (port, securePort) => ({ websocket: { port, path: 'kurento', secure: { port: securePort, certificate: tls.chain } } });

  test('serves clients and pages beside the port without, in one space of sessions', () => withServer(both, async ({ server, securePort, wss, ws }) => {
    const secure = await open(wss, { ca: tls.ca });
    const plain = await open(ws);
    const pipeline = await secure.create('MediaPipeline');
    assert.match(await plain.invoke(pipeline, 'getName'), /MediaPipeline/);
    await secure.on(pipeline, 'Error', () => {});
    const [page] = await once(get({ host: '127.0.0.1', port: securePort, path: '/', ca: tls.ca, agent: false }), 'response');
    assert.equal(page.statusCode, 200);
    page.resume();
    const long = 'x'.repeat(300000);
    await secure.invoke(pipeline, 'addTag', { key: 'long', value: long });
    assert.equal(await secure.invoke(pipeline, 'getTag', { key: 'long' }), long);
    await secure.release(pipeline);
    await Promise.all([secure.close(), plain.close()]);
    assert.ok(server);
  }));

  test('speaks TLS 1.2 and 1.3, nothing older, and says its chain', () => withServer(both, async ({ securePort }) => {
    const versionOf = async (version) => {
      const socket = connectTls({ host: '127.0.0.1', port: securePort, ca: tls.ca, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' });
      await Promise.race([once(socket, 'secureConnect'), once(socket, 'error').then(([error]) => { throw error; })]);
      const protocol = socket.getProtocol();
      socket.destroy();
      return protocol;
    };
    assert.equal(await versionOf('TLSv1.2'), 'TLSv1.2');
    assert.equal(await versionOf('TLSv1.3'), 'TLSv1.3');
    await assert.rejects(versionOf('TLSv1.1'));
    await assert.rejects(versionOf('TLSv1'));
  }));

  test('refuses plain HTTP with a sentence, and TLS on the plain port at once', () => withServer(both, async ({ port, securePort, wss }) => {
    const answer = String(await plainly(securePort, 'GET /kurento HTTP/1.1\r\nHost: x\r\n\r\n'));
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(answer, /\r\n\r\nThis port speaks TLS: use wss:\/\/ or https:\/\/\.\n$/);
    const before = performance.now();
    await assert.rejects(open(wss.replace(securePort, port), { ca: tls.ca }));
    const socket = connectTls({ host: '127.0.0.1', port, ca: tls.ca });
    const [error] = await once(socket, 'error');
    assert.match(error.message, /alert handshake failure/i);
    assert.ok(performance.now() - before < 3000, 'nobody waits for a timeout');
    const rpc = await open(wss, { ca: tls.ca });
    await rpc.call('ping');
    await rpc.close();
  }));

  test('ends who says nothing, half a handshake or nonsense, and goes on', { timeout: 30000 }, () => withServer(both, async ({ securePort, wss }) => {
    const hello = Buffer.from('16030100c8010000c403', 'hex');
    await Promise.all([plainly(securePort, ''), plainly(securePort, hello), plainly(securePort, Buffer.alloc(2000, 0x16)), plainly(securePort, '\0\0\0')]);
    const rpc = await open(wss, { ca: tls.ca });
    await rpc.call('ping');
    await rpc.close();
  }));

  test('shows a new certificate, and keeps those who are connected', async () => {
    const other = await makeCertificates();
    await withServer(both, async ({ server, securePort, wss }) => {
      const old = await open(wss, { ca: tls.ca });
      const pipeline = await old.create('MediaPipeline');
      const trusted = (ca) => open(wss, { ca }).then((rpc) => rpc.close().then(() => true), () => false);
      const backup = join(tls.folder, 'backup.pem');
      await copyFile(tls.chain, backup);
      // Half a file changes nothing.
      await writeFile(tls.chain, (await readFile(other.chain)).subarray(0, 300));
      await until(async () => /the certificate read before stays/.test(await server.log()), 'the broken file is told of');
      assert.ok(await trusted(tls.ca), 'the old certificate is still shown');
      await copyFile(other.chain, join(tls.folder, 'next.pem'));
      await rename(join(tls.folder, 'next.pem'), tls.chain);
      await until(() => trusted(other.ca), 'the new certificate is shown when its file has changed');
      assert.equal(await trusted(tls.ca), false);
      server.child.kill('SIGHUP');
      await until(async () => (await server.log()).match(/read the certificate again/g)?.length === 2, 'SIGHUP reads it again');
      assert.match(await old.invoke(pipeline, 'getName'), /MediaPipeline/, 'the old session goes on');
      await old.release(pipeline);
      await old.close();
      await copyFile(backup, tls.chain);
      assert.ok(securePort);
    });
    await rm(other.folder, { recursive: true });
  });

  test('reads a key with a password, and does not start with a wrong one', async () => {
    const locked = join(tls.folder, 'locked.pem');
    await openssl('pkcs8', '-topk8', '-in', tls.key, '-out', join(tls.folder, 'locked.key'), '-passout', 'pass:open sesame');
    await writeFile(locked, (await readFile(tls.certificate)) + (await readFile(join(tls.folder, 'locked.key'))));
    const withPassword = (password) => (port, securePort) =>
      ({ websocket: { path: 'kurento', secure: { port: securePort, certificate: locked, password } } });
    await withServer(withPassword('open sesame'), async ({ port, wss, server }) => {
      const rpc = await open(wss, { ca: tls.ca });
      await rpc.call('ping');
      await rpc.close();
      await assert.rejects(open(`ws://127.0.0.1:${port}/kurento`), 'without `port` there is none without TLS');
      assert.doesNotMatch(await server.log(), /sesame/);
    });
    await assert.rejects(withServer(withPassword('wrong'), () => {}), /has no key that fits its first certificate and the password/);
    await assert.rejects(withServer(withPassword(''), () => {}), /has no key that fits/);
  });

  test('lets only those in whom its authorities know', async () => {
    const client = await makeCertificates();
    const mutual = (port, securePort) =>
      ({ websocket: { port: 0, path: 'kurento', secure: { port: securePort, certificate: tls.chain, authorities: client.authority } } });
    await withServer(mutual, async ({ wss }) => {
      await assert.rejects(open(wss, { ca: tls.ca }));
      await assert.rejects(open(wss, { ca: tls.ca, cert: await readFile(tls.certificate), key: await readFile(tls.key) }));
      const known = await open(wss, { ca: tls.ca, cert: await readFile(client.certificate), key: await readFile(client.key) });
      assert.equal((await known.call('ping')).value, 'pong');
      await known.close();
    });
    await rm(client.folder, { recursive: true });
  });
});

describe('access tokens and origins', () => {
  let folder;
  let tokens;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kaskado-tokens-'));
    tokens = join(folder, 'tokens');
    await writeFile(tokens, `# of the tests\n${TOKEN}\n`);
  });
  after(() => rm(folder, { recursive: true }));
  const guarded = (port) => ({ websocket: { port, path: 'kurento', tokens, origins: ['https://app.example'] } });

  test('a client without a known token is told what is missing', () => withServer(guarded, async ({ server, ws }) => {
    const none = await refused(ws);
    assert.equal(none.status, 401);
    assert.match(none.body, /^An access token is needed/);
    assert.match(none.headers['www-authenticate'], /^Bearer/);
    const wrong = await refused(`${ws}?access_token=${TOKEN}x`);
    assert.equal(wrong.status, 401);
    assert.match(wrong.body, /^This access token is not known here/);
    const page = await refused(`${ws}?access_token=${TOKEN}`, { origin: 'https://evil.example' });
    assert.equal(page.status, 403);
    assert.match(page.body, /origin/);
    for (const rpc of [await open(`${ws}?access_token=${TOKEN}`), await open(ws, { headers: { Authorization: `Bearer ${TOKEN}` } }),
      await open(`${ws}?access_token=${TOKEN}`, { origin: 'https://app.example' })]) {
      assert.equal((await rpc.call('ping')).value, 'pong');
      await rpc.close();
    }
    assert.equal((await fetch(server.page)).status, 200, 'pages that are the same for everybody are');
    assert.doesNotMatch(await server.log(), new RegExp(TOKEN), 'the log does not tell tokens');
  }));

  for (const generation of [6, 7]) {
    test(`Kurento's client of generation ${generation} takes the token behind its address`, () => withServer(guarded, async ({ ws }) => {
      const kurento = loadKurento(generation);
      const client = await kurento(`${ws}?access_token=${TOKEN}`, { failAfter: 1 });
      const pipeline = await client.create('MediaPipeline');
      assert.match(await pipeline.getName(), /MediaPipeline/);
      await pipeline.release();
      client.close();
    }));
  }

  test('tokens change without a restart, and who is inside stays', () => withServer(guarded, async ({ ws }) => {
    const inside = await open(`${ws}?access_token=${TOKEN}`);
    await appendFile(tokens, 'second-token-of-the-tests\n');
    await until(() => open(`${ws}?access_token=second-token-of-the-tests`).then((rpc) => rpc.close().then(() => true), () => false), 'the second token is known');
    await writeFile(tokens, `${TOKEN}\n`);
    await until(() => refused(`${ws}?access_token=second-token-of-the-tests`).then(({ status }) => status === 401, () => false), 'and no longer');
    assert.equal((await inside.call('ping')).value, 'pong');
    await inside.close();
  }));

  test('a storm of clients that are refused does no harm', () => withServer(guarded, async ({ ws }) => {
    for (let round = 0; round < 10; ++round) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => refused(ws)));
      assert.ok(answers.every(({ status }) => status === 401));
    }
    const raw = await RawSocket.open(`${ws}?access_token=${TOKEN}`);
    assert.equal((await raw.ask({ jsonrpc: '2.0', id: 1, method: 'ping' })).result.value, 'pong');
    await raw.close();
  }));
});
