// The manual's code that is marked for it, run as it stands there: `<!-- run: js -->` with kurento-client and a server,
// `<!-- run: sh -->` by a shell whose PATH has the server.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { E2E, KASKADO, ROOT } from './lib/paths.mjs';
import { useServer } from './lib/server.mjs';

const run = promisify(execFile);
const DOCS = join(ROOT, 'docs');
const BLOCK = /^<!-- run: (js|sh) -->\n```\w+\n([^]*?)^```$/gm;
// What takes a build of its own is tested by tests/package/installation_test.py.
const TOO_LONG = /meson setup/;

const pages = (await readdir(DOCS)).filter((name) => name.endsWith('.md')).sort();
const blocks = [];
for (const page of pages) {
  for (const [, language, code] of (await readFile(join(DOCS, page), 'utf8')).matchAll(BLOCK)) blocks.push({ page, language, code });
}

describe('The manual', () => {
  const server = useServer();
  const folder = mkdtempSync(join(tmpdir(), 'kaskado-manual-'));
  after(() => rm(folder, { recursive: true, force: true }));

  blocks.filter(({ code }) => !TOO_LONG.test(code)).forEach(({ page, language, code }, i) => {
    test(`${page}: ${code.trim().split('\n').at(-1)}`, { timeout: 60000 }, async () => {
      const env = { ...process.env, KASKADO_URL: server.url, PATH: `${dirname(KASKADO)}:${process.env.PATH}` };
      if (language === 'sh') {
        await run('bash', ['-euc', code], { cwd: folder, env });
        return;
      }
      const file = join(folder, `block-${i}.cjs`);
      await writeFile(file, `(async () => {\n${code}\n})().then(() => process.exit(0)).catch((error) => { console.error(error); process.exit(1); });\n`);
      const { stdout } = await run('node', [file], { env: { ...env, NODE_PATH: join(E2E, 'clients/kurento-7/node_modules') } });
      assert.doesNotMatch(stdout, /\bfalse\b|undefined/);
    });
  });

  test('has code that is run', () => {
    for (const language of ['js', 'sh']) assert.ok(blocks.some((block) => block.language === language), language);
  });
});
