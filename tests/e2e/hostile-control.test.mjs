// Bad requests, session descriptions and candidates: each gets its documented error, and the session goes on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { CHROMIUM_OFFER, negotiatedEndpoint, times } from './lib/endpoints.mjs';
import { Random } from './lib/random.mjs';
import { RawSocket } from './lib/raw-socket.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

const SDP_ERRORS = [40200, 40201, 40205, 40207];
const ping = { jsonrpc: '2.0', id: 'alive', method: 'ping' };

describe('bad input on the control port', () => {
  const server = useServer();
  let rpc;
  let pipeline;
  before(async () => {
    rpc = await connect(server.url);
    pipeline = await rpc.create('MediaPipeline');
  });
  after(() => rpc?.close());

  const alive = async () => assert.equal((await rpc.call('ping')).value, 'pong');

  async function assertAnswers(cases) {
    const raw = await RawSocket.open(server.url);
    for (const [frame, code, text] of cases) {
      const { error } = await raw.ask(frame);
      assert.equal(error?.code, code, `the answer to ${String(frame).slice(0, 80)}`);
      if (text) assert.match(error.message, text);
    }
    assert.equal((await raw.ask(ping)).result.value, 'pong', 'the connection goes on');
    await raw.close();
  }

  test('what is not JSON is answered with -32700', () => assertAnswers([
    ['', -32700], ['{', -32700], ['nonsense', -32700], ['{"jsonrpc":"2.0","id":1,}', -32700],
    ['['.repeat(100000), -32700], ['{"a":'.repeat(100000), -32700], [`"${'x'.repeat(100000)}`, -32700],
    ['{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', -32700], ['\u0000', -32700],
  ]));

  test('what is not a request is answered with -32600', () => assertAnswers([
    ['5', -32600, /Invalid JSON-RPC request/], ['null', -32600], ['{}', -32600], ['"ping"', -32600],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600], ['{"jsonrpc":"2.0","id":1,"method":7}', -32600],
  ]));

  test('unknown methods, parameters and objects are answered with their own codes', () => {
    const request = (method, params) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const name = (object) => request('invoke', { object, operation: 'getName', operationParams: {} });
    return assertAnswers([
      [request('dance', {}), -32601, /Method not found/],
      [request('create'), -32602, /'params' is required/],
      [request('invoke', { operation: 'getName' }), -32000, /'object' parameter is required/],
      [request('invoke', { object: {}, operation: 'getName' }), -32000, /should be a string/],
      [request('create', { type: 'WebRtcEndpoint', constructorParams: {} }), 40001],
      [request('create', { type: 'WebRtcEndpoint', constructorParams: { mediaPipeline: {} } }), 40001, /should be a string/],
      [request('create', { type: 'Teapot', constructorParams: {} }), 40108, /Factory 'Teapot' not found/],
      [request('connect', { sessionId: 'nobody' }), 40007, /Invalid session/],
      [name('nothing'), 40101, /Object 'nothing' not found/],
      [name(`${'../'.repeat(1000)}etc/passwd`), 40101],
      [request('subscribe', { object: 'manager_ServerManager', type: 'Sunrise' }), 40106, /Event 'Sunrise' not supported/],
      [request('transaction', { operations: [{ id: 3 }] }), 40008],
    ]);
  });

  test('a batch is answered as a batch', async () => {
    const raw = await RawSocket.open(server.url);
    const answers = await raw.ask(JSON.stringify([ping, { ...ping, id: 2 }]));
    assert.deepEqual(answers.map(({ id }) => id).sort(), [2, 'alive']);
    await raw.close();
  });

  test('a wrong path is closed with 1002, plain HTTP is answered', async () => {
    const raw = await RawSocket.open(server.url.replace('/kurento', '/elsewhere'));
    assert.deepEqual(await raw.closed, { code: 1002, reason: 'Invalid path' });
    assert.equal((await fetch(server.page)).status, 200);
    assert.equal((await fetch(`${server.page}no/such/page`)).status, 404);
    assert.equal((await fetch(`${server.page}..%2f..%2fetc%2fpasswd`)).status, 404);
    assert.ok((await fetch(server.page, { method: 'DELETE' })).status >= 400);
    await alive();
  });

  test('clients that say nonsense, nothing, or leave in the middle do no harm', async () => {
    const random = new Random(4);
    const openings = ['', 'GET', 'GET / HTTP/1.1\r\n', `GET /${'a'.repeat(70000)} HTTP/1.1\r\n\r\n`, '\r\n\r\n\r\n'];
    for (const opening of [...openings, ...Array.from({ length: 20 }, () => random.bytes(random.below(2000)))]) {
      const socket = connectTcp(server.port, '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(opening);
      socket.resume();
      socket.destroySoon();
    }
    await times(50, async () => {
      const raw = await RawSocket.open(server.url);
      raw.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'create', params: { type: 'MediaPipeline', constructorParams: {} } }));
      raw.socket.terminate();
    });
    await alive();
  });

  const offerFails = (offer, codes, text) => async () => {
    const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    await assert.rejects(rpc.invoke(endpoint, 'processOffer', { offer }),
      (error) => codes.includes(error.code) && (text === undefined || text.test(error.text)) || assert.fail(error.message));
    await rpc.invoke(endpoint, 'processOffer', { offer: CHROMIUM_OFFER });
    await rpc.release(endpoint);
  };

  test('an empty offer is not valid', offerFails('', [40201], /Empty offer not valid/));
  test('nonsense is no session description', offerFails('nonsense', [40201], /Invalid SDP/));
  test('thousands of m-lines are refused', offerFails(`v=0\r\n${'m=audio 9 RTP/AVP 0\r\n'.repeat(40000)}`, SDP_ERRORS));

  test('offers that were cut or changed get an answer or an error, never silence', async () => {
    const random = new Random(5);
    const lines = CHROMIUM_OFFER.split('\r\n');
    const mutations = [
      ...lines.map((_, index) => lines.filter((_, other) => other !== index).join('\r\n')),
      ...Array.from({ length: 40 }, (_, index) => CHROMIUM_OFFER.slice(0, index * 131)),
      ...Array.from({ length: 200 }, () => {
        const bytes = Buffer.from(CHROMIUM_OFFER);
        for (let flips = 0; flips < 8; ++flips) bytes[random.below(bytes.length)] = 32 + random.below(95);
        return bytes.toString();
      }),
    ];
    const outcomes = { answered: 0, refused: 0 };
    for (const offer of mutations) {
      const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
      await rpc.invoke(endpoint, 'processOffer', { offer }).then(
        (answer) => { assert.match(answer, /^v=0/); ++outcomes.answered; },
        (error) => { assert.ok(SDP_ERRORS.includes(error.code), error.message); ++outcomes.refused; });
      await rpc.release(endpoint);
    }
    assert.ok(outcomes.answered > 0 && outcomes.refused > 0, JSON.stringify(outcomes));
  });

  test('negotiation out of turn has its own errors', async () => {
    const endpoint = await negotiatedEndpoint(rpc, pipeline);
    const code = (expected) => (error) => error.code === expected || assert.fail(error.message);
    await assert.rejects(rpc.invoke(endpoint, 'processAnswer', { answer: CHROMIUM_OFFER }), code(40209));
    await assert.rejects(rpc.invoke(endpoint, 'generateOffer'), code(40208));
    const fresh = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    await assert.rejects(rpc.invoke(fresh, 'getLocalSessionDescriptor'), code(40202));
    await assert.rejects(rpc.invoke(fresh, 'getRemoteSessionDescriptor'), code(40203));
  });

  test('bad candidates are refused or passed over', async () => {
    const endpoint = await negotiatedEndpoint(rpc, pipeline);
    const add = (candidate, sdpMid = '0', sdpMLineIndex = 0) => rpc.invoke(endpoint, 'addIceCandidate',
      { candidate: { __module__: 'kurento', __type__: 'IceCandidate', candidate, sdpMid, sdpMLineIndex } });
    const good = 'candidate:1 1 udp 2122260223 127.0.0.1 9 typ host';
    await assert.rejects(add(good, 'unknown', 9), (error) => error.code === 40401 || assert.fail(error.message));
    await assert.rejects(rpc.invoke(endpoint, 'addIceCandidate', { candidate: 5 }), (error) => error.code === 40001 || assert.fail(error.message));
    const random = new Random(6);
    const bad = ['', 'candidate:', 'nonsense', good.slice(0, 30), good.replace('9', '99999'), good.replace('127.0.0.1', '999.1.1.1'),
      good.replace('127.0.0.1', `${'a'.repeat(5000)}.local`), good.replace('127.0.0.1', '3b1c2d9e-0000-4000-8000-000000000000.local'),
      `${good} ${'generation 0 '.repeat(5000)}`, ...Array.from({ length: 50 }, () => random.bytes(80).toString('latin1'))];
    for (const candidate of bad) {
      await add(candidate).catch((error) => assert.ok([40001, 40107, 40401].includes(error.code), error.message));
    }
    await times(2000, (index) => add(good.replace(' 9 ', ` ${1024 + index} `)).catch((error) => assert.equal(error.code, 40401)));
    await alive();
  });

  test('a frame larger than anybody needs ends that connection alone', async () => {
    const raw = await RawSocket.open(server.url);
    raw.send(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"${'x'.repeat(64 * 1024 * 1024)}"}}`);
    await Promise.race([raw.next().catch(() => {}), raw.closed]);
    raw.socket.terminate();
    await alive();
  });
});
