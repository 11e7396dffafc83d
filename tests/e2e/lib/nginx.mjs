// nginx on a free port of the loopback interface, in a folder of its own, for tests that stop and start it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepts, freePort } from './server.mjs';

const START_MS = 10000;

// What surrounds a server's section. nginx as root would work as a user without rights in other folders.
const around = (directory, server) => `${process.getuid() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 256; }
http {
  access_log ${directory}/access.log;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
${server}
}
`;

export class Nginx {
  // `server` makes the section from {port, directory}; it may make folders there.
  static async open(server) {
    const nginx = new Nginx();
    nginx.directory = await mkdtemp(join(tmpdir(), 'kaskado-nginx-'));
    nginx.port = await freePort();
    await writeFile(join(nginx.directory, 'nginx.conf'), around(nginx.directory, await server(nginx)));
    await nginx.start();
    return nginx;
  }

  get url() { return `http://127.0.0.1:${this.port}/`; }

  async start() {
    this.child = spawn('nginx', ['-p', this.directory, '-e', join(this.directory, 'error.log'), '-c', join(this.directory, 'nginx.conf')],
      { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }, stdio: 'ignore' });
    this.exited = once(this.child, 'exit');
    await once(this.child, 'spawn');
    for (const deadline = Date.now() + START_MS; !(await accepts(this.port)); await sleep(20)) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`nginx does not serve: ${await readFile(join(this.directory, 'error.log'), 'utf8')}`);
      }
    }
  }

  // At once: what is under way breaks off.
  async stop() {
    this.child.kill('SIGTERM');
    await this.exited;
  }

  async close() {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

// Serves a folder.
export const startNginx = (root, { locations = '' } = {}) => Nginx.open(({ port }) => `
  server {
    listen 127.0.0.1:${port};
    root ${root};
    ${locations}
  }`);
