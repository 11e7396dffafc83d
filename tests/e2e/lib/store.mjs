// nginx with WebDAV; with a certificate and its key (PEM files), behind TLS.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Nginx } from './nginx.mjs';

export class Store {
  static async open({ certificate, key } = {}) {
    const store = new Store();
    store.scheme = certificate ? 'https' : 'http';
    store.nginx = await Nginx.open(async ({ port, directory }) => {
      await mkdir(join(directory, 'files'));
      return `
        server {
          listen 127.0.0.1:${port}${certificate ? ` ssl; ssl_certificate ${certificate}; ssl_certificate_key ${key}` : ''}; root ${directory}/files; client_max_body_size 0;
          dav_methods PUT; create_full_put_path on;
        }`;
    });
    return store;
  }

  address(name) { return `${this.scheme}://127.0.0.1:${this.nginx.port}/${name}`; }
  file(name) { return join(this.nginx.directory, 'files', name); }
  start() { return this.nginx.start(); }
  stop() { return this.nginx.stop(); }
  close() { return this.nginx.close(); }
}
