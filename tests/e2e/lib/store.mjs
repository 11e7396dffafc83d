// nginx with WebDAV on a free port of the loopback interface, for a test that stops and starts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './server.mjs';

const accepts = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

export class Store {
  static async open() {
    const store = new Store();
    store.folder = await mkdtemp(join(tmpdir(), 'kaskado-store-'));
    store.port = await freePort();
    await mkdir(join(store.folder, 'files'));
    await mkdir(join(store.folder, 'incoming'));
    const temp = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${store.folder}/incoming;`).join(' ');
    await writeFile(join(store.folder, 'nginx.conf'), `
      ${process.getuid() === 0 ? 'user root;' : ''}
      daemon off; worker_processes 1; pid ${store.folder}/pid; error_log ${store.folder}/error.log;
      events {}
      http {
        access_log ${store.folder}/access.log; client_body_temp_path ${store.folder}/incoming; ${temp}
        server {
          listen 127.0.0.1:${store.port}; root ${store.folder}/files; client_max_body_size 0;
          dav_methods PUT; create_full_put_path on;
        }
      }`);
    await store.start();
    return store;
  }

  address(name) { return `http://127.0.0.1:${this.port}/${name}`; }
  file(name) { return join(this.folder, 'files', name); }

  async start() {
    this.child = spawn('nginx', ['-p', this.folder, '-c', join(this.folder, 'nginx.conf'), '-e', join(this.folder, 'error.log')], { stdio: 'inherit' });
    this.exited = once(this.child, 'exit');
    for (let i = 0; i < 200 && !(await accepts(this.port)); ++i) await sleep(25);
  }

  // At once: what is under way breaks off.
  async stop() {
    this.child.kill('SIGTERM');
    await this.exited;
  }

  async close() {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
