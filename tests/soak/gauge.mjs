// What the server takes, read every other second.
import { readdir, readlink } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';

const EVERY_MS = 2000;

// What a process has open: how many of each kind, and each file by its path.
async function openFiles(pid) {
  const kinds = {};
  for (const name of await readdir(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${name}`).catch(() => 'closed');
    const kind = target.replace(/:\[\d+\]$/, '');
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}

export class Gauge {
  samples = [];

  constructor(server) {
    this.server = server;
    this.timer = setInterval(() => this.#sample(), EVERY_MS);
  }

  get latest() { return this.samples.at(-1) ?? {}; }
  stop() { clearInterval(this.timer); }

  async read() {
    const { server } = this;
    const kinds = await openFiles(server.pid);
    const files = Object.values(kinds).reduce((sum, count) => sum + count, 0);
    return { at: performance.now(), resident_kb: await server.resident_kb(), files, kinds, threads: await server.status('Threads') };
  }

  async #sample() {
    try { this.samples.push(await this.read()); } catch { /* it has ended, which others notice */ }
  }

  // Resident memory at its least in the second quarter of all samples, when everything has been done once, and in the last, in kB: what
  // an encoder or a burst takes comes back, and a leak does not.
  resident_kb() {
    const quarter = this.samples.length >> 2;
    const least = (from) => Math.min(...this.samples.slice(from, from + quarter).map(({ resident_kb }) => resident_kb));
    return { early: least(quarter), late: least(3 * quarter), most: Math.max(...this.samples.map(({ resident_kb }) => resident_kb)) };
  }
}
