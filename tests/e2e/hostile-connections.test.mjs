// Clients that keep to no rule of HTTP or WebSocket, and many of them at once: the others are served meanwhile, and nothing
// is left of them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { times } from './lib/endpoints.mjs';
import { RawSocket } from './lib/raw-socket.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

const HANDSHAKE_MS = 5000;
const PROMPT_MS = 1000;

async function tcp(port) {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

// A TCP connection on which the WebSocket is open; what comes is gathered in `got`.
async function opened(port, headers = '') {
  const socket = await tcp(port);
  socket.got = Buffer.alloc(0);
  socket.write(`GET /kurento HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${headers}` +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n');
  socket.on('data', (data) => { socket.got = Buffer.concat([socket.got, data]); });
  while (!socket.got.includes('\r\n\r\n')) await once(socket, 'data');
  socket.head = String(socket.got.subarray(0, socket.got.indexOf('\r\n\r\n')));
  socket.got = socket.got.subarray(socket.got.indexOf('\r\n\r\n') + 4);
  return socket;
}

// RFC 6455 §5.2, masked with zeros.
function frame(firstByte, length, payload = '') {
  const head = length < 126 ? [firstByte, 0x80 | length]
    : length < 65536 ? [firstByte, 0x80 | 126, length >> 8, length & 255]
      : [firstByte, 0x80 | 127, ...Array.from({ length: 8 }, (_, index) => Number((BigInt(length) >> BigInt(56 - 8 * index)) & 255n))];
  return Buffer.concat([Buffer.from(head), Buffer.alloc(4), Buffer.from(payload)]);
}
const TEXT = 0x81;
const FIRST_PIECE = 0x01;
const NEXT_PIECE = 0x00;
const PING = 0x89;

// The code of the server's close frame (RFC 6455 §7.4.1), or 0 where it says none.
async function closeCode(socket) {
  if (!socket.destroyed && !socket.readableEnded) await Promise.race([once(socket, 'close'), sleep(HANDSHAKE_MS)]);
  const at = socket.got.indexOf(0x88);
  return at < 0 ? 0 : socket.got.readUInt16BE(at + 2);
}

describe('hostile connections', () => {
  const server = useServer();
  let rpc;
  let files;
  before(async () => {
    rpc = await connect(server.url);
    await rpc.call('ping');
    files = await server.openFiles();
  });
  after(() => rpc?.close());

  async function assertPrompt(what) {
    const begin = performance.now();
    const fresh = await connect(server.url);
    assert.equal((await fresh.call('ping')).value, 'pong');
    await fresh.close();
    assert.equal((await rpc.call('ping')).value, 'pong');
    const took = performance.now() - begin;
    assert.ok(took < PROMPT_MS, `${what}: another client waited for ${took.toFixed(0)} ms`);
  }

  async function assertNothingLeft() {
    for (let tries = 0; tries < 100 && (await server.openFiles()) > files; ++tries) await sleep(100);
    assert.equal(await server.openFiles(), files, 'descriptors');
  }

  test('slow requests are ended, and keep nobody waiting', async () => {
    const slow = await times(200, () => tcp(server.port));
    const text = 'GET /kurento HTTP/1.1\r\nHost: x\r\nX-Slow: ';
    let at = 0;
    const feeding = setInterval(() => {
      for (const socket of slow) if (!socket.destroyed) socket.write(text[at] ?? 'x');
      ++at;
    }, 100);
    await sleep(1000);
    await assertPrompt('200 slow requests');
    const begin = performance.now();
    await Promise.all(slow.map((socket) => socket.destroyed || once(socket.resume(), 'close')));
    clearInterval(feeding);
    assert.ok(performance.now() - begin < HANDSHAKE_MS + 2000, 'a byte now and then buys no time');
    await assertNothingLeft();
  });

  test('slow and unfinished frames keep nobody waiting and take no memory', async () => {
    const before_kb = await server.resident_kb();
    const half = await times(200, () => opened(server.port));
    for (const socket of half) socket.write(frame(TEXT, 4 * 1024 * 1024 - 1, 'x'));
    for (let round = 0; round < 10; ++round) {
      await sleep(50);
      for (const socket of half) socket.write('x');
    }
    await assertPrompt('200 unfinished frames');
    const grown_kb = (await server.resident_kb()) - before_kb;
    assert.ok(grown_kb < 30 * 1024, `${grown_kb} kB more for what was announced and never came`);
    half.forEach((socket) => socket.destroy());
    await assertNothingLeft();
  });

  test('a frame that is announced too long is refused before it comes', async () => {
    for (const length of [4 * 1024 * 1024 + 1, 2 ** 31, 2 ** 40]) {
      const socket = await opened(server.port);
      socket.write(frame(TEXT, length, 'x'));
      assert.equal(await closeCode(socket), 1009, `${length} bytes`);
      socket.destroy();
    }
  });

  test('pieces that come to too long a message are refused', async () => {
    const socket = await opened(server.port);
    const piece = 'x'.repeat(60000);
    socket.write(frame(FIRST_PIECE, piece.length, piece));
    for (let sent = 0; sent < 5 * 1024 * 1024 && !socket.destroyed; sent += piece.length) socket.write(frame(NEXT_PIECE, piece.length, piece));
    assert.equal(await closeCode(socket), 1009);
    socket.destroy();
  });

  test('frames against the rules end their connection with 1002', async () => {
    const cases = {
      'reserved bits': Buffer.from([0xf1, 0x80, 0, 0, 0, 0]),
      'a reserved opcode': frame(0x83, 1, 'x'),
      'no mask': Buffer.from([0x81, 1, 120]),
      'a next piece of nothing': frame(NEXT_PIECE, 1, 'x'),
      'a ping in pieces': frame(0x09, 1, 'x'),
      'a long ping': frame(PING, 126, 'x'.repeat(126)),
      'a length with its highest bit': Buffer.concat([Buffer.from([0x81, 0xff, 0xff]), Buffer.alloc(11, 0xff)]),
    };
    for (const [what, bytes] of Object.entries(cases)) {
      const socket = await opened(server.port);
      socket.write(bytes);
      assert.ok([1002, 1009].includes(await closeCode(socket)), `${what}: ${await closeCode(socket)}`);
      socket.destroy();
    }
    await assertPrompt('frames against the rules');
  });

  test('nothing is compressed, whatever is offered', async () => {
    const socket = await opened(server.port, 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n');
    assert.doesNotMatch(socket.head, /Sec-WebSocket-Extensions/i);
    socket.destroy();
  });

  test('deep JSON is answered, not followed', async () => {
    const raw = await RawSocket.open(server.url);
    const nested = (depth) => `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    assert.equal((await raw.ask(nested(50))).result.value, 'pong');
    for (const depth of [70, 1000, 1000000]) assert.equal((await raw.ask(nested(depth))).error.code, -32700, `${depth} deep`);
    let operations = '[{"id":0,"method":"ping","params":{}}]';
    for (let depth = 0; depth < 18; ++depth) operations = `[{"id":0,"method":"transaction","params":{"operations":${operations}}}]`;
    assert.ok((await raw.ask(`{"jsonrpc":"2.0","id":2,"method":"transaction","params":{"operations":${operations}}}`)).id === 2);
    await raw.close();
  });

  // Its first client was hung up on: a socket may be told to be readable before it is.
  test('a storm of reconnections leaves one session and its objects', async () => {
    const first = await connect(server.url);
    const pipeline = await first.create('MediaPipeline');
    const { sessionId } = await first.call('connect');
    const sessions = (await rpc.invoke('manager_ServerManager', 'getSessions')).length;
    for (let round = 0; round < 20; ++round) {
      await times(30, async (index) => {
        const raw = await RawSocket.open(server.url);
        const asked = raw.ask({ jsonrpc: '2.0', id: index, method: 'connect', params: { sessionId } });
        if (index % 3 === 0) raw.socket.terminate();
        else assert.equal((await asked).result.sessionId, sessionId);
        asked.catch(() => {});
        raw.socket.terminate();
      });
    }
    await assertPrompt('600 reconnections');
    assert.equal((await rpc.invoke('manager_ServerManager', 'getSessions')).length, sessions, 'sessions');
    const last = await connect(server.url);
    await last.call('connect', { sessionId });
    assert.match(await last.invoke(pipeline, 'getName'), /MediaPipeline/);
    await last.release(pipeline);
    await Promise.all([first.close(), last.close()]);
    await assertNothingLeft();
  });

  test('clients that are gone without a word are found out, and their sessions stay', { timeout: 90000 }, async () => {
    const silent = await times(5, () => opened(server.port));
    silent.forEach((socket) => socket.pause());
    const closed = silent.map((socket) => once(socket.resume(), 'close'));
    const begin = performance.now();
    await Promise.all(closed);
    assert.ok(performance.now() - begin < 80000, 'by their missing pongs');
    await assertPrompt('half-open connections');
    await assertNothingLeft();
  });
});
