// nginx as a store of files, with the configuration that docs/repository.md tells of.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Nginx } from './nginx.mjs';
import { ROOT } from './paths.mjs';

// {url, files, stop(), start(), close()}: `files` is the folder that holds them; stop() and start() let it be away for a while.
export async function startRepository() {
  const nginx = await Nginx.open(async ({ port, directory }) => {
    await mkdir(join(directory, 'repository'));
    const shipped = await readFile(join(ROOT, 'conf/nginx/kaskado-repository.conf'), 'utf8');
    return shipped.replace('127.0.0.1:9095', `127.0.0.1:${port}`).replaceAll('/var/lib/kaskado', directory);
  });
  return {
    url: `${nginx.url}repository/`,
    files: join(nginx.directory, 'repository'),
    stop: () => nginx.stop(),
    start: () => nginx.start(),
    close: () => nginx.close(),
  };
}
