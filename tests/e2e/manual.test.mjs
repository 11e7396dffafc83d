// The manual's code that is marked for it, run as it stands there. `<!-- run: KIND -->` before a block says how:
//   js                 with kurento-client and KASKADO_URL
//   js in a pipeline   with what a program has by then: `kurento`, `client`, `pipeline`, `webRtcEndpoint`, `viewer`, …
//   sh                 by a shell whose PATH has the server
//   json-rpc           request by request; … stands for the ids of this session
//   kurento.conf.json  a server starts with it, and so it does with a class's file, NAME.conf.ini
// tests/layers/check_blocks.py sees to it that every block is marked, or says why it is not run.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { CHROMIUM_OFFER } from './lib/endpoints.mjs';
import { E2E, KASKADO, ROOT } from './lib/paths.mjs';
import { connect } from './lib/rpc.mjs';
import { accepts, freePort, startServer, useServer } from './lib/server.mjs';

const run = promisify(execFile);
const DOCS = join(ROOT, 'docs');
const BLOCK = /^<!-- run: ([^>]+) -->\n```\w*\n([^]*?)^```$/gm;
// What takes a build of its own is tested by tests/package/installation_test.py.
const TOO_LONG = /meson setup/;

const pages = (await readdir(DOCS)).filter((name) => name.endsWith('.md')).sort();
const blocks = [];
for (const page of pages) {
  for (const [, kind, code] of (await readFile(join(DOCS, page), 'utf8')).matchAll(BLOCK)) blocks.push({ page, kind, code });
}

const program = (code) =>
  `(async () => {\n${code}\n})().then(() => process.exit(0)).catch((error) => { console.error(error); process.exit(1); });\n`;

// What a part of a program finds there. The block is one of its own, so that it may use the same names.
const inPipeline = (code) => `
const kurento = require('kurento-client');
kurento.register(require('kurento-module-kaskado'));
const client = await kurento(process.env.KASKADO_URL);
const pipeline = await client.create('MediaPipeline');
const webRtcEndpoint = await pipeline.create('WebRtcEndpoint');
const endpoint = webRtcEndpoint, participants = [webRtcEndpoint];
const other = await pipeline.create('WebRtcEndpoint', { useDataChannels: true });
const viewer = await pipeline.create('WebRtcEndpoint');
const show = () => {}, sendToBrowser = () => {};
const offerOfTheBrowser = ${JSON.stringify(CHROMIUM_OFFER)};
const candidateOfTheBrowser = { candidate: 'candidate:1 1 udp 2113937151 127.0.0.1 50000 typ host', sdpMid: '0', sdpMLineIndex: 0 };
{
${code}
}
await pipeline.release();
client.close();`;

describe('The manual', () => {
  const server = useServer();
  const folder = mkdtempSync(join(tmpdir(), 'kaskado-manual-'));
  after(() => rm(folder, { recursive: true, force: true }));
  const env = () => ({ ...process.env, KASKADO_URL: server.url, PATH: `${dirname(KASKADO)}:${process.env.PATH}` });

  // The package of our own extensions, as docs/extensions.md says.
  before(async () => {
    const rpc = await connect(server.url);
    const descriptor = join(folder, 'kaskado.kmd.json');
    await writeFile(descriptor, await rpc.invoke('manager_ServerManager', 'getKmd', { moduleName: 'kaskado' }));
    await rpc.close();
    await run(join(ROOT, 'filters/kaskado-module'), ['client', descriptor, '--js', '--out', join(folder, 'node_modules/kurento-module-kaskado')]);
  });

  async function runScript(code) {
    const file = join(folder, 'block.cjs');
    await writeFile(file, program(code));
    const packages = [join(E2E, 'clients/kurento-7/node_modules'), join(folder, 'node_modules')].join(':');
    const { stdout } = await run('node', [file], { env: { ...env(), NODE_PATH: packages } });
    assert.doesNotMatch(stdout, /\bfalse\b|undefined/);
  }

  // `…_kurento.WebRtcEndpoint` is the last object of that class, a lone … the session.
  async function runRequests(code) {
    const rpc = await connect(server.url);
    const mediaPipeline = await rpc.create('MediaPipeline');
    const made = [await rpc.create('WebRtcEndpoint', { mediaPipeline })];
    const { sessionId } = await rpc.call('connect');
    const fill = (value) => {
      if (value === '…') return sessionId;
      if (typeof value === 'string' && value.startsWith('…')) return made.findLast((id) => id.endsWith(value.slice(1)));
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
    };
    for (const { jsonrpc, id, method, params } of code.trim().split('\n').map((line) => JSON.parse(line))) {
      assert.deepEqual([jsonrpc, typeof id], ['2.0', 'number']);
      const { value } = await rpc.call(method, fill(params));
      if (method === 'create') made.push(value);
    }
    await rpc.release(mediaPipeline);
    await rpc.close();
  }

  // Its ports are others, so that it disturbs nobody, and the files that it names are made.
  async function startWith(configuration) {
    const { mediaServer } = JSON.parse(configuration);
    const { secure } = mediaServer.net.websocket;
    const port = await freePort();
    if (secure) {
      const pem = ['key.pem', 'certificate.pem', 'server.pem'].map((name) => join(folder, name));
      await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '2', '-subj', '/CN=manual',
        '-passout', `pass:${secure.password}`, '-keyout', pem[0], '-out', pem[1]]);
      await writeFile(pem[2], await readFile(pem[1], 'utf8') + await readFile(pem[0], 'utf8'), { mode: 0o600 });
      Object.assign(secure, { certificate: pem[2], port });
    } else {
      mediaServer.net.websocket.port = port;
    }
    const started = await startServer({ port, mediaServer });
    assert.ok(await accepts(port));
    await started.stop();
    assert.doesNotMatch(await started.log(), /warning/);
  }

  async function startWithClassFile(name, text) {
    const started = await startServer({ modules: { [name]: text } });
    await started.stop();
    assert.doesNotMatch(await started.log(), /warning/);
  }

  const WAYS = {
    js: runScript,
    'js in a pipeline': (code) => runScript(inPipeline(code)),
    sh: (code) => run('bash', ['-euc', code], { cwd: folder, env: env() }),
    'json-rpc': runRequests,
    'kurento.conf.json': startWith,
  };

  for (const { page, kind, code } of blocks.filter((block) => !TOO_LONG.test(block.code))) {
    test(`${page}: ${code.trim().split('\n').at(-1)}`, { timeout: 60000 }, async () => {
      const [, className] = /^(\w+)\.conf\.(?:ini|json)$/.exec(kind) ?? [];
      if (className && className !== 'kurento') await startWithClassFile(className, code);
      else await WAYS[kind](code);
    });
  }

  test('has code that is run', () => {
    for (const kind of Object.keys(WAYS)) assert.ok(blocks.some((block) => block.kind === kind), kind);
  });
});
