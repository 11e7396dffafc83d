// A module that is none of the server's: begun by the tool, built against the headers of the build tree, and seen at work
// in Chromium.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { KASKADO, ROOT } from './lib/paths.mjs';
import { useStage } from './lib/stage.mjs';

const TOOL = join(ROOT, 'filters/kaskado-module');
const run = promisify(execFile);

describe('A module from nothing', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kaskado-third-party-'));
  const [source, build] = [join(directory, 'dusk'), join(directory, 'build')];
  before(async () => {
    const env = { ...process.env, PKG_CONFIG_PATH: join(dirname(KASKADO), 'include') };
    await run(TOOL, ['new', 'dusk', '--out', source]);
    await run('meson', ['setup', build, source], { env });
    await run('meson', ['compile', '-C', build]);
  });
  const stage = useStage({ settings: { args: ['--modules-path', build] } });
  after(() => rm(directory, { recursive: true, force: true }));

  test('dims what Chromium sends, and tells of the first picture', async () => {
    await stage.show('plain', { colour: '#c8c8c8' });
    const filter = await stage.make('DuskFilter', { percent: 50 });
    const events = await stage.listen(filter, 'DuskStarted');
    await stage.through(filter);
    const [{ width, height, source: from, type }] = await events.until((seen) => seen.length > 0, 'DuskStarted');
    assert.deepEqual({ width, height, from, type }, { width: 640, height: 480, from: filter, type: 'DuskStarted' });
    await stage.sees('half as bright', { spots: [[320, 240, [100, 100, 100]]], tolerance: 12 });
    await stage.rpc.invoke(filter, 'setPercent', { percent: 100 });
    assert.equal(await stage.rpc.invoke(filter, 'getPercent'), 100);
    await stage.sees('as it was', { spots: [[320, 240, [200, 200, 200]]], tolerance: 12 });
    assert.ok(await stage.rpc.invoke(filter, 'pictures') >= 6, 'pictures are counted');
    assert.equal(events.seen.length, 1);
    await assert.rejects(stage.rpc.invoke(filter, 'setPercent', { percent: 101 }), /percent should be from 0 to 100/);
    await stage.rpc.release(filter);
  });
});
