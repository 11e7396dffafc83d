// The load generator's process, with peers of one client: bench/sfu_load/command_line.hpp has its language. It ends with
// its input, and so with this process, however that ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { KASKADO } from '../e2e/lib/paths.mjs';

export const GENERATOR = join(dirname(KASKADO), 'bench/sfu_load/sfu_load');
const ANSWER_MS = 30000;

export class Generator {
  #answers = new Map();
  #joining = new Map();
  #next = 0;

  static async start({ loss, seed }) {
    const generator = new Generator();
    generator.child = spawn(GENERATOR, ['--sample', '1', '--loss', String(loss), '--seed', String(seed)], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(generator.child, 'spawn');
    generator.child.stdin.on('error', () => {});
    createInterface({ input: generator.child.stdout }).on('line', (line) => generator.#take(JSON.parse(line)));
    return generator;
  }

  // The answer, or an error.
  do(what, parameters = {}) {
    const n = ++this.#next;
    this.child.stdin.write(`${JSON.stringify({ do: what, n, ...parameters })}\n`);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${what}: the load generator does not answer`)), ANSWER_MS);
      this.#answers.set(n, (answer) => {
        clearTimeout(late);
        if (answer.error) reject(new Error(`${what}: ${answer.error}`));
        else resolve(answer);
      });
    });
  }

  // To be asked for before the peer joins.
  connected(peer) {
    const joined = new Promise((resolve, reject) => this.#joining.set(peer, { resolve, reject }));
    joined.catch(() => {});
    return joined;
  }

  forget(peer) { this.#joining.delete(peer); }

  async end() {
    this.child.stdin.end();
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }

  #take(message) {
    if (message.event === undefined) {
      this.#answers.get(message.n)?.(message);
      this.#answers.delete(message.n);
      return;
    }
    const joining = this.#joining.get(message.peer);
    this.#joining.delete(message.peer);
    if (message.event === 'connected') joining?.resolve();
    else joining?.reject(new Error(message.why));
  }
}
