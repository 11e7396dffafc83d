// Starting, refusing to start and ending: what an operator and a service manager see.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { negotiatedEndpoint, times } from './lib/endpoints.mjs';
import { connect } from './lib/rpc.mjs';
import { freePort, runToEnd, startServer, writeConfiguration } from './lib/server.mjs';

const PROMPT_MS = 2000;

describe('the life of a server', () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    test(`${signal} ends live sessions cleanly and at once`, async () => {
      const server = await startServer();
      const clients = await times(5, () => connect(server.url));
      for (const rpc of clients) {
        const pipeline = await rpc.create('MediaPipeline');
        await times(20, () => negotiatedEndpoint(rpc, pipeline));
      }
      const took_ms = await server.stop(signal);
      assert.ok(took_ms < PROMPT_MS, `it took ${took_ms.toFixed(0)} ms`);
      const codes = await Promise.all(clients.map(async ({ closed }) => (await closed).code));
      assert.deepEqual(codes, Array(clients.length).fill(1001), 'each client is told that the server goes away');
    });
  }

  test('the port is free again at once', async () => {
    const port = await freePort();
    for (let round = 0; round < 3; ++round) {
      const server = await startServer({ port });
      const rpc = await connect(server.url);
      await rpc.call('ping');
      await server.stop();
    }
  });

  test('a taken port is named, and the exit code is not 0', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address();
    const directory = await writeConfiguration({ port });
    const { code, signal, output } = await runToEnd(['-f', join(directory, 'kurento.conf.json')]);
    holder.close();
    assert.ok(code > 0, `exit code ${code}, signal ${signal}`);
    assert.match(output, new RegExp(`${port}`));
    assert.match(output, /taken|in use/i);
  });

  async function refuses(text, expected) {
    const directory = await writeConfiguration({ port: await freePort() });
    const file = join(directory, 'kurento.conf.json');
    await writeFile(file, text);
    const { code, signal, output } = await runToEnd(['-f', file]);
    assert.ok(code > 0, `exit code ${code}, signal ${signal}\n${output}`);
    assert.ok(output.includes(file), `the message names the file:\n${output}`);
    assert.match(output, expected);
  }

  test('a configuration that is no JSON is named with the place', () => refuses('{ "mediaServer": {', /at byte 18|line 1/i));
  test('a configured port that is no port is named', () =>
    refuses('{"mediaServer":{"net":{"websocket":{"port":"many"}}}}', /port/));
  test('a missing configuration file is named', async () => {
    const { code, output } = await runToEnd(['-f', '/nonexistent/kurento.conf.json']);
    assert.ok(code > 0);
    assert.match(output, /\/nonexistent\/kurento\.conf\.json/);
  });

  test('an unknown option is refused, --help and --version answer', async () => {
    const unknown = await runToEnd(['--dance']);
    assert.ok(unknown.code > 0);
    assert.match(unknown.output, /dance/);
    const help = await runToEnd(['--help']);
    assert.equal(help.code, 0);
    for (const option of ['--conf-file', '--modules-config-path', '--logs-path', '--version']) assert.ok(help.output.includes(option), option);
    const version = await runToEnd(['--version']);
    assert.equal(version.code, 0);
    assert.match(version.output, /\d+\.\d+\.\d+/);
  });
});
