// All recordings of a soak. Each is judged when it is whole, and then removed.
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OUT } from '../e2e/lib/paths.mjs';
import { lengthOf, probe } from '../e2e/lib/recordings.mjs';

// What a client did not stop ends with its session, and an upload when the store has it.
const LEFT_MS = 40000;
// By how much a recording may be shorter than the time from its beginning to its end: it is written once a second, and the server may
// have been stopped for the last three. What is shorter than that need not hold anything.
const LEAST_S = 4;

export class Archive {
  problems = [];
  judged = 0;
  seconds = 0;
  #open = new Map();      // by file: {client, state, begun}
  #due = Promise.resolve();
  #waiting = 0;

  constructor({ mayFail }) { this.mayFail = mayFail; }  // whether one to `target` may fail now

  get running() { return this.#open.size; }
  get waiting() { return this.#waiting; }

  take({ client, file, state, target, seconds, why }) {
    if (state === 'begun') return void this.#open.set(file, { client, file, target, at: Date.now() });
    const begun = this.#open.delete(file);
    if (state === 'failed' && !this.mayFail(target)) this.problems.push(`${basename(file)}, ${target}: ${why}`);
    if (begun) this.#judge({ file, state, seconds, target }, state === 'stopped' ? 0 : LEFT_MS);
  }

  // Whose client is gone.
  orphan(client) {
    for (const { file, target, at } of [...this.#open.values()].filter((recording) => recording.client === client)) {
      this.#open.delete(file);
      this.#judge({ file, state: 'orphaned', target, seconds: (Date.now() - at) / 1000 }, LEFT_MS);
    }
  }

  async drain() {
    while (this.#waiting > 0) await sleep(100);
    await this.#due;
  }

  // One at a time: judging takes a processor.
  #judge(recording, after_ms) {
    ++this.#waiting;
    setTimeout(() => {
      this.#due = this.#due.then(async () => {
        const problem = await this.#problemOf(recording).catch((error) => error.message);
        if (problem) await this.#keep(recording, problem);
        await rm(recording.file, { force: true });
        --this.#waiting;
        ++this.judged;
      });
    }, after_ms);
  }

  // Why it is no good recording; empty where it is one.
  async #problemOf({ file, state, seconds }) {
    const bytes = (await stat(file).catch(() => ({ size: 0 }))).size;
    if (bytes === 0) return seconds > LEAST_S ? `nothing was kept of ${seconds.toFixed(1)} s` : '';
    if (state === 'failed' && seconds <= LEAST_S) return '';  // the disk was full before there was a whole second of it
    const seen = await probe(file);
    if (seen.problems !== '') return seen.problems.slice(0, 300);
    for (const [kind, frames] of Object.entries(seen.frames)) {
      if (frames.some(({ time }, i) => i > 0 && time <= frames[i - 1].time)) return `${kind} does not go on in time`;
    }
    const length = seen.frames.video.length + seen.frames.audio.length > 0 ? lengthOf(seen) : 0;
    this.seconds += length;
    // Of one whose client is gone nobody knows until when it had a source.
    const least_s = state === 'orphaned' ? 0 : seconds - LEAST_S;
    return length < least_s ? `${length.toFixed(1)} s of ${seconds.toFixed(1)} s` : '';
  }

  async #keep({ file, state, target, seconds }, problem) {
    this.problems.push(`${basename(file)}, ${target}, ${state} after ${seconds.toFixed(1)} s: ${problem}`);
    const kept = join(OUT, 'soak-recordings');
    await mkdir(kept, { recursive: true });
    await copyFile(file, join(kept, basename(file))).catch(() => {});
  }
}
