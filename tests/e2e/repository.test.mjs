// The store of docs/repository.md: nginx with the configuration that is shipped takes files as recorders send them, and gives
// them as players ask for them.
import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { curl } from './lib/commands.mjs';
import { makeMedia } from './lib/media-files.mjs';
import { startRepository } from './lib/repository.mjs';

describe('a repository in nginx', () => {
  let repository, film, bytes;
  before(async () => {
    repository = await startRepository();
    film = await makeMedia(join(repository.files, '..', 'film.webm'), 2, ['-c:v', 'libvpx'], ['-c:a', 'libopus']);
    bytes = await readFile(film);
  });
  after(() => repository?.close());

  test('takes a recording in chunks, in folders that were not there', async () => {
    const url = `${repository.url}2026/11/meeting.webm`;
    const sent = await curl('-H', 'Transfer-Encoding: chunked', '-T', film, url);
    assert.equal(sent.status, 201, sent.text);
    assert.deepEqual(await readFile(join(repository.files, '2026/11/meeting.webm')), bytes);
    const again = await curl('-H', 'Transfer-Encoding: chunked', '-T', film, url);
    assert.equal(again.status, 204, again.text);
  });

  test('gives ranges', async () => {
    await writeFile(join(repository.files, 'ranges.webm'), bytes);
    const url = `${repository.url}ranges.webm`;
    const part = await fetch(url, { headers: { Range: 'bytes=100-199' } });
    assert.equal(part.status, 206);
    assert.equal(part.headers.get('content-range'), `bytes 100-199/${bytes.length}`);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(100, 200));
    const end = await fetch(url, { headers: { Range: `bytes=${bytes.length - 10}-` } });
    assert.deepEqual(Buffer.from(await end.arrayBuffer()), bytes.subarray(-10));
    const behind = await fetch(url, { headers: { Range: `bytes=${bytes.length}-` } });
    assert.equal(behind.status, 416);
    assert.equal((await fetch(url, { method: 'HEAD' })).headers.get('accept-ranges'), 'bytes');
  });

  test('has nothing of a recording that is not finished, and nothing of one that broke off', async () => {
    const url = `${repository.url}live.webm`;
    const put = request(url, { method: 'PUT' });
    put.on('error', () => {});
    put.write(bytes.subarray(0, 1000));
    await sleep(500);
    assert.equal((await fetch(url)).status, 404);
    put.destroy();
    await sleep(500);
    assert.equal((await fetch(url)).status, 404);
    assert.equal((await readdir(repository.files)).includes('live.webm'), false);
  });

  test('lists, moves and deletes', async () => {
    await curl('-T', film, `${repository.url}album/one.webm`);
    const moved = await curl('-X', 'MOVE', '-H', `Destination: ${repository.url}album/two.webm`, `${repository.url}album/one.webm`);
    assert.equal(moved.status, 204, moved.text);
    const listed = await (await fetch(`${repository.url}album/`)).json();
    assert.deepEqual(listed.map(({ name, size }) => [name, size]), [['two.webm', bytes.length]]);
    assert.equal((await curl('-X', 'DELETE', `${repository.url}album/two.webm`)).status, 204);
    assert.equal((await fetch(`${repository.url}album/two.webm`)).status, 404);
  });

  test('keeps what it has while it is away', async () => {
    await curl('-T', film, `${repository.url}kept.webm`);
    await repository.stop();
    assert.equal((await curl(`${repository.url}kept.webm`)).status, 0);
    await repository.start();
    assert.deepEqual(Buffer.from(await (await fetch(`${repository.url}kept.webm`)).arrayBuffer()), bytes);
  });
});
