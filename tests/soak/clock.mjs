// The wall clock as the server sees it, by libfaketime: the machine's stays as it is, and so does the monotonic one.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDERS = ['/usr/lib/x86_64-linux-gnu/faketime', '/usr/lib/aarch64-linux-gnu/faketime', '/usr/lib/faketime'];
const LIBRARY = FOLDERS.map((folder) => join(folder, 'libfaketimeMT.so.1')).find(existsSync);

export class Clock {
  static async open(folder) {
    if (!LIBRARY) throw new Error('libfaketime is missing');
    const clock = new Clock();
    clock.file = join(folder, 'clock');
    await clock.step(0);
    return clock;
  }

  // For the environment of a process that is to see this clock.
  get environment() {
    return { LD_PRELOAD: LIBRARY, FAKETIME_TIMESTAMP_FILE: this.file, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
  }

  // So far from the machine's clock; seen within a second.
  step(seconds) { return writeFile(this.file, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}s\n`); }
}
