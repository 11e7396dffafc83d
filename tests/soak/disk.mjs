// A small disk for recordings, in memory, that can be filled. It goes with the namespace that it is mounted in.
import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MEGABYTES = 64;
const CHUNK = Buffer.alloc(1 << 20);
const AGAIN_MS = 100;

export class Disk {
  fullAt = -Infinity;  // when it was so the last time
  #filling;

  static async mount(path) {
    await mkdir(path);
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'kaskado-soak', path]);
    return Object.assign(new Disk(), { path });
  }

  get #filler() { return join(this.path, '.filler'); }

  // And keeps it full, whoever removes something.
  async fill() {
    await this.#fill();
    this.#filling = setInterval(() => this.#fill(), AGAIN_MS);
  }

  async empty() {
    clearInterval(this.#filling);
    await rm(this.#filler, { force: true });
  }

  async #fill() {
    const file = await open(this.#filler, 'a');
    try {
      for (;;) await file.write(CHUNK);
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
    this.fullAt = performance.now();
  }
}
