// nginx as a store of files, with the configuration that docs/repository.md tells of, on a free port and in a folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './paths.mjs';
import { freePort } from './server.mjs';

const START_MS = 10000;

// What surrounds a file of /etc/nginx/conf.d, as far as it is needed here.
const around = (directory, server) => `daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 256; }
http {
  access_log off;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
${server}
}
`;

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

async function run({ directory, port }) {
  const child = spawn('nginx', ['-p', directory, '-e', join(directory, 'error.log'), '-c', join(directory, 'nginx.conf')],
    { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }, stdio: 'ignore' });
  await once(child, 'spawn');
  const deadline = Date.now() + START_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`nginx does not serve: ${await readFile(join(directory, 'error.log'), 'utf8')}`);
    }
    await sleep(20);
  }
  return child;
}

async function end(child) {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

// {url, files, stop(), start(), close()}: `files` is the folder that holds them; stop() and start() let it be away for a while.
export async function startRepository() {
  const directory = await mkdtemp(join(tmpdir(), 'kaskado-nginx-'));
  const port = await freePort();
  const shipped = await readFile(join(ROOT, 'conf/nginx/kaskado-repository.conf'), 'utf8');
  const server = shipped.replace('127.0.0.1:9095', `127.0.0.1:${port}`).replaceAll('/var/lib/kaskado', directory);
  // nginx as root works as a user without rights in other folders.
  await writeFile(join(directory, 'nginx.conf'), (process.getuid() === 0 ? 'user root;\n' : '') + around(directory, server));
  const files = join(directory, 'repository');
  await mkdir(files);
  let child = await run({ directory, port });
  return {
    url: `http://127.0.0.1:${port}/repository/`,
    files,
    stop: () => end(child),
    start: async () => { child = await run({ directory, port }); },
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) await end(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
