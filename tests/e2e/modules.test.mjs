// A module from nothing: begun by kaskado-module, built against the headers of the build tree, loaded by the server,
// and used with the package that the tool writes for both generations of Kurento's Node client.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { E2E, KASKADO, ROOT } from './lib/paths.mjs';
import { runToEnd, startServer } from './lib/server.mjs';

const TOOL = join(ROOT, 'filters/kaskado-module');
const CLIENTS = { '6.18': 'clients/kurento-6', '7.3': 'clients/kurento-7' };

const run = promisify(execFile);

// A folder with the generation's packages and the module's beside them, as npm would install it.
async function clientFolder(directory, packages, client) {
  const folder = join(directory, packages.replace('/', '-'));
  await mkdir(folder);
  await mkdir(join(folder, 'node_modules'));
  for (const name of ['kurento-client', 'kurento-client-core', 'kurento-client-elements', 'kurento-client-filters']) {
    await symlink(join(E2E, packages, 'node_modules', name), join(folder, 'node_modules', name));
  }
  await cp(client, join(folder, 'node_modules/kurento-module-sepia'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{}');
  // Links are followed to where they lead, and the module has to find the same kurento-client as the application.
  return createRequire(join(folder, 'package.json'));
}

describe('a module', { timeout: 240000 }, () => {
  let directory;
  let build;
  let client;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kaskado-module-'));
    const source = join(directory, 'sepia');
    build = join(source, 'build');
    client = join(directory, 'client');
    const env = { ...process.env, PKG_CONFIG_PATH: join(dirname(KASKADO), 'include') };
    await run(TOOL, ['new', 'sepia', '--out', source]);
    await run('meson', ['setup', build, source], { env });
    await run('meson', ['compile', '-C', build]);
    await run(TOOL, ['client', join(source, 'sepia.kmd.json'), '--js', '--out', client]);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  test('passes the test that it begins with', () => run('meson', ['test', '-C', build, '--no-rebuild']));

  test('is listed', async () => {
    const { output } = await runToEnd(['--list', '--modules-path', build]);
    assert.match(output, /^ {2}sepia 1\.0\.0\n {4}SepiaFilter$/m);
  });

  for (const [generation, packages] of Object.entries(CLIENTS)) {
    test(`is used with kurento-client ${generation}`, async () => {
      const require = await clientFolder(directory, packages, client);
      const kurento = require('kurento-client');
      kurento.register(require('kurento-module-sepia'));
      const server = await startServer({ env: { KURENTO_MODULES_PATH: build } });
      const libraries = () => readFile(`/proc/${server.pid}/maps`, 'utf8');
      const session = await kurento(server.url, { failAfter: 1 });
      try {
        const pipeline = await session.create('MediaPipeline');
        assert.doesNotMatch(await libraries(), /libkaskado-sepia/, 'nobody has used it yet');
        const filter = await pipeline.create('SepiaFilter', { percent: 30 });
        assert.match(await libraries(), /libkaskado-sepia/);
        assert.equal(await filter.getPercent(), 30);
        await filter.setPercent(80);
        assert.equal(await filter.getPercent(), 80);
        assert.equal(await filter.pictures(), 0);
        await assert.rejects(async () => filter.setPercent(101), /percent should be from 0 to 100/);
        await assert.rejects(async () => pipeline.create('SepiaFilter', { percent: -1 }), /percent should be from 0 to 100/);
        const other = await pipeline.create('SepiaFilter');
        await filter.connect(other);
        assert.equal((await filter.getSinkConnections()).length + (await filter.getSourceConnections()).length > 0, true);
        await pipeline.release();
      } finally {
        session.close();
        await server.stop();
      }
    });
  }

  test('is left out where it is broken, and the server goes on', async () => {
    const broken = join(directory, 'broken');
    await mkdir(broken);
    await cp(join(build, 'sepia.kmd.json'), join(broken, 'sepia.kmd.json'));
    await cp(join(build, 'libkaskado-sepia.so'), join(broken, 'libkaskado-sepia.so'));
    await truncate(join(broken, 'libkaskado-sepia.so'), 5000);
    const server = await startServer({ args: ['--modules-path', broken] });
    await server.stop();
    assert.match(await server.log(), /no module: .*sepia\.kmd\.json: its library .* is truncated/);
  });
});
