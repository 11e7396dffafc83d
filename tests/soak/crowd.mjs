// The applications (client.mjs), each a process, and what they tell.
import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { performance } from 'node:perf_hooks';

const CLIENT = fileURLToPath(new URL('client.mjs', import.meta.url));
const LEAVE_MS = 60000;

// Events: 'failure' {client, why, what}, 'recording' {client, …}, 'left' {client, run: what its peers have counted},
// 'killed' client, 'died' {client, why}, by itself.
export class Crowd extends EventEmitter {
  clients = [];
  joins = 0;
  started = 0;

  constructor(options) {
    super();
    this.options = options;
  }

  // One more application, with its share of the peers.
  start() {
    const { url, loss, seed, peers, clients, surroundings } = this.options;
    const number = ++this.started;
    const process_ = fork(CLIENT, [JSON.stringify({ number, url, loss, surroundings, seed: seed * 1000 + number, peers: peers / clients })]);
    const client = { number, process: process_, status: undefined, exited: once(process_, 'exit') };
    process_.on('message', (message) => this.#take(client, message));
    process_.on('exit', (code) => this.#ended(client, code));
    this.clients.push(client);
    return client;
  }

  get members() { return this.#sum('members'); }
  longest(kind) { return Math.max(0, ...this.clients.map(({ status }) => status?.[kind] ?? 0)); }
  #sum(what) { return this.clients.reduce((sum, { status }) => sum + (status?.[what] ?? 0), 0); }

  async kill(client) {
    client.killed = true;
    client.process.kill('SIGKILL');
    await client.exited;
    this.emit('killed', client);
  }

  cut(client) {
    client.cutAt = performance.now();
    client.process.send({ do: 'cut' });
  }

  // All of them go, every other one without telling the server so.
  async leave() {
    await Promise.all(this.clients.map(async (client, index) => {
      client.leaving = true;
      client.process.send({ do: 'leave', tell: index % 2 === 0 });
      const late = setTimeout(() => {
        this.emit('died', { client, why: `has not left within ${LEAVE_MS / 1000} s` });
        this.kill(client);
      }, LEAVE_MS);
      await client.exited;
      clearTimeout(late);
    }));
  }

  #take(client, { status, recording, left }) {
    if (left) this.emit('left', { client, run: client.left = left });
    if (recording) this.emit('recording', { client, ...recording });
    if (!status) return;
    client.status = status;
    this.joins += status.joins;
    for (const failure of status.failures) this.emit('failure', { client, ...failure });
  }

  #ended(client, code) {
    this.clients = this.clients.filter((other) => other !== client);
    if (!client.killed && !(client.left && code === 0)) this.emit('died', { client, why: `ended with ${code}` });
  }
}
