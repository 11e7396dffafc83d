// Starts build/kaskado for a test, on a free port of the loopback interface and with a configuration of its own, and
// ends it by its process id. A server that does not end cleanly, or logs an error, fails the test.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KASKADO, OUT } from './paths.mjs';

const START_MS = 10000;
const STOP_MS = 5000;
const TICKS_A_SECOND = 100;  // USER_HZ, the same on all of Linux's common architectures
// TIME PID THREAD LEVEL …, or the words of a sanitizer or of a runtime that gives up.
const TROUBLE = /^\S+Z +\d+ +\d+ error |Sanitizer:|runtime error:|terminate called|Assertion .* failed|stack smashing/;

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

// Laid over every server's settings: the same tests under others, such as {"shards": 2, "spreadLoad": 0}.
const SETTINGS = JSON.parse(process.env.KASKADO_TEST_SETTINGS ?? '{}');

// Writes kurento.conf.json and modules/kurento/*.conf.ini; `mediaServer` is laid over what tests need.
export async function writeConfiguration({ port, address = '127.0.0.1', mediaServer = {}, modules = {} }) {
  const directory = await mkdtemp(join(tmpdir(), 'kaskado-conf-'));
  const websocket = { address, port, path: 'kurento' };
  const configuration = { mediaServer: { net: { websocket }, ...SETTINGS, ...mediaServer } };
  const ini = {
    WebRtcEndpoint: 'networkInterfaces=lo\n',
    HttpEndpoint: 'serverAddress=127.0.0.1\nserverPort=0\n',
    ...modules,
  };
  await mkdir(join(directory, 'modules/kurento'), { recursive: true });
  await writeFile(join(directory, 'kurento.conf.json'), JSON.stringify(configuration, null, 2));
  for (const [name, text] of Object.entries(ini)) {
    await writeFile(join(directory, `modules/kurento/${name}.conf.ini`), text);
  }
  return directory;
}

const argumentsFor = (directory) =>
  ['-f', join(directory, 'kurento.conf.json'), '-c', join(directory, 'modules')];

// Whether somebody listens there.
export function accepts(port, address = '127.0.0.1') {
  return new Promise((resolve) => {
    const socket = connect(port, address, () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

// Runs the server to its end, for the ways in which it refuses to start.
export async function runToEnd(args, { env = {} } = {}) {
  const child = spawn(KASKADO, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data) => { output += data; });
  child.stderr.on('data', (data) => { output += data; });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  return { code, signal, output };
}

class Server {
  #exited;

  constructor(child, address, port, directory, logFile) {
    Object.assign(this, { child, address, port, directory, logFile, pid: child.pid });
    this.url = `ws://${address}:${port}/kurento`;
    this.page = `http://${address}:${port}/`;
    this.#exited = once(child, 'exit').then(([code, signal]) => (this.end = { code, signal }));
  }

  log() { return readFile(this.logFile, 'utf8'); }

  async listening() {
    const deadline = Date.now() + START_MS;
    while (!(await accepts(this.port, this.address))) {
      if (this.end) throw new Error(`the server ended at once: ${JSON.stringify(this.end)}\n${await this.log()}`);
      if (Date.now() > deadline) throw new Error(`the server does not listen after ${START_MS} ms`);
      await sleep(20);
    }
  }

  // Resident memory in kB, counted page by page: the kernel's own count (VmRSS) is off by what each processor has yet to add.
  async resident_kb() { return (await this.memory_kb()).Rss; }

  // {Rss, Anonymous, …} in kB.
  async memory_kb() {
    const text = await readFile(`/proc/${this.pid}/smaps_rollup`, 'utf8');
    return Object.fromEntries([...text.matchAll(/^(\w+):\s+(\d+) kB/gm)].map(([, name, kb]) => [name, Number(kb)]));
  }

  // A number of /proc/PID/status: Threads.
  async status(field) {
    const text = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)[1]);
  }

  // The files that are mapped, each once.
  async maps() {
    const text = await readFile(`/proc/${this.pid}/maps`, 'utf8');
    return [...new Set(text.match(/\/.*$/gm))];
  }

  async openFiles() { return (await readdir(`/proc/${this.pid}/fd`)).length; }

  async cpuSeconds() {
    const text = await readFile(`/proc/${this.pid}/stat`, 'utf8');
    const [user, system] = text.slice(text.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
    return (user + system) / TICKS_A_SECOND;
  }

  // Ends the server and gives how long that took in ms.
  async stop(signal = 'SIGTERM') {
    const before = performance.now();
    assert.equal(this.end, undefined, 'the server was still running');
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    const end = await this.#exited;
    clearTimeout(timer);
    await rm(this.directory, { recursive: true, force: true });
    assert.deepEqual(end, { code: 0, signal: null }, `the server ends cleanly; its log is ${this.logFile}`);
    const trouble = (await this.log()).split('\n').filter((line) => TROUBLE.test(line));
    assert.deepEqual(trouble, [], 'the log holds no error');
    return performance.now() - before;
  }
}

let started = 0;

// `command` stands before the server's own, for one in another network namespace; `address` is where it listens there.
export async function startServer({ port, address = '127.0.0.1', command = [], mediaServer, modules, args = [], env = {} } = {}) {
  port ??= await freePort();
  const directory = await writeConfiguration({ port, address, mediaServer, modules });
  await mkdir(OUT, { recursive: true });
  const logFile = join(OUT, `${basename(process.argv[1]).replace(/(\.test)?\.mjs$/, '')}-${++started}.log`);
  const log = openSync(logFile, 'w');
  const [program, ...rest] = [...command, KASKADO, ...argumentsFor(directory), ...args];
  const child = spawn(program, rest, { env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
  closeSync(log);
  await once(child, 'spawn');
  const server = new Server(child, address, port, directory, logFile);
  await server.listening();
  return server;
}

// A server for all tests of the surrounding suite.
export function useServer(options) {
  const server = {};
  before(async () => {
    const running = await startServer(options);
    Object.setPrototypeOf(server, running);
    server.stop = () => running.stop();
    server.log = () => running.log();
  });
  after(() => server.stop?.());
  return server;
}
