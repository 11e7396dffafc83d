// ./run: one command from a checkout to a page in the browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { ROOT } from './lib/paths.mjs';
import { freePort } from './lib/server.mjs';

const RUN = join(ROOT, 'run');
const UP_MS = 1000;

// Starts ./run and waits for the line with the page's address.
async function start(...args) {
  const began = performance.now();
  const child = spawn(RUN, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const page = /http:\/\/\S+\//.exec(line)?.[0];
    if (page) return { child, exited, page, took_ms: performance.now() - began };
  }
  const [code] = await exited;
  return { code };
}

describe('./run', () => {
  test(`started again, it is up in under ${UP_MS} ms and Ctrl-C ends it`, async (t) => {
    assert.deepEqual(await once(spawn(RUN, ['--build-only'], { stdio: 'inherit' }), 'exit'), [0, null]);
    const port = await freePort();
    const { child, exited, page, took_ms } = await start('--port', String(port));
    t.diagnostic(`up after ${took_ms.toFixed(0)} ms`);
    assert.equal(page, `http://127.0.0.1:${port}/`);
    const answer = await fetch(page);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /<html/);

    const second = await start('--port', String(port));
    assert.ok(second.code > 0, 'a second one on the same port fails with an exit code');

    child.kill('SIGINT');
    assert.deepEqual(await exited, [0, null]);
    assert.ok(took_ms < UP_MS, `it took ${took_ms.toFixed(0)} ms`);
  });

  test('--help explains, an unknown option is refused', async () => {
    const help = spawn(RUN, ['--help']);
    let text = '';
    help.stdout.on('data', (data) => { text += data; });
    assert.deepEqual(await once(help, 'close'), [0, null]);
    assert.match(text, /--build-only/);
    const unknown = spawn(RUN, ['--dance'], { stdio: 'ignore' });
    assert.deepEqual(await once(unknown, 'exit'), [2, null]);
  });
});
