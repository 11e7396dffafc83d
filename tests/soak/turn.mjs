// A TURN server on the loopback interface, for tests that end it and start it again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepts } from '../e2e/lib/server.mjs';

const PORT = 3478;
const START_MS = 10000;

export class Turn {
  static url = `soak:secret@127.0.0.1:${PORT}?transport=udp`;

  static async open() {
    const turn = new Turn();
    turn.folder = await mkdtemp(join(tmpdir(), 'turn-'));
    const file = (name) => join(turn.folder, name);
    await writeFile(file('turn.conf'), ['listening-ip=127.0.0.1', 'relay-ip=127.0.0.1', 'allow-loopback-peers', `listening-port=${PORT}`,
      'lt-cred-mech', 'user=soak:secret', 'realm=soak', 'no-cli', 'no-tls', 'no-dtls', `pidfile=${file('pid')}`, `userdb=${file('db')}`,
      'log-file=/dev/null', ''].join('\n'));
    await turn.start();
    return turn;
  }

  async start() {
    if (this.goneAt) this.goneAt = performance.now();
    this.child = spawn('turnserver', ['-c', join(this.folder, 'turn.conf')], { stdio: 'ignore' });
    this.exited = once(this.child, 'exit');
    await once(this.child, 'spawn');
    for (const deadline = Date.now() + START_MS; !(await accepts(PORT)); await sleep(50)) {
      if (this.child.exitCode !== null || Date.now() > deadline) throw new Error('coturn does not listen');
    }
  }

  async kill() {
    this.goneAt = performance.now();  // or of when it is back: what went through it is in trouble since
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async close() {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
