// The soak itself, within its namespaces (run.mjs). It ends early, with its verdict, where its input says so, and at once
// where its input ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { setMaxListeners } from 'node:events';
import { Archive } from './archive.mjs';
import { Browser } from './browser.mjs';
import { Crowd } from './crowd.mjs';
import { Dice } from './dice.mjs';
import { Failures } from './failures.mjs';
import { choose } from './faults/index.mjs';
import { Gauge } from './gauge.mjs';
import { Schedule } from './schedule.mjs';
import { checks, tell } from './verdict.mjs';
import { within } from './within.mjs';
import { World } from './world.mjs';

const PROGRESS_MS = 10000;
const REHEARSAL = { peers: 30, clients: 2 };
const REHEARSAL_S = 120;    // at the most
const REHEARSED_RECORDINGS = 6;
const GATHERING_S = 60;     // until the crowd is there
const EMPTY_S = 60;         // until the collector has released what was left
const BACK_S = 120;         // until descriptors are back: the store keeps connections for 75 s
const AGAIN_S = 20;
const FULL_DISK_S = 5;      // for which a recording may notice that the disk was full

class Soak {
  #began = performance.now();
  #ending = new AbortController();
  #clientProblems = [];
  #streams = { sampled: 0, transcodedPackets: 0, undecryptable: 0, changed: 0, misnumbered: 0, badRtcp: 0 };

  constructor(options, world) {
    Object.assign(this, { options, world, dice: new Dice(options.seed) });
    setMaxListeners(0, this.#ending.signal);
    world.say = (text) => console.log(`${this.seconds().toFixed(0).padStart(6)} s  ${text}`);
    world.pause = (seconds) => sleep(1000 * seconds);
    this.failures = new Failures(world.turn);
    this.archive = new Archive({ mayFail: (target) => target === 'disk' && this.#diskWasFull() });
  }

  seconds() { return (performance.now() - this.#began) / 1000; }
  stop() { this.#ending.abort(); }
  #diskWasFull() { return performance.now() - (this.world.disk.fullAt ?? -Infinity) < 1000 * FULL_DISK_S; }

  #crowd(sizes) {
    const { world, options } = this;
    const crowd = new Crowd({ ...options, ...sizes, url: world.server.url, surroundings: world.surroundings });
    crowd.on('failure', (failure) => this.failures.take(failure));
    crowd.on('recording', (recording) => this.archive.take(recording));
    crowd.on('killed', (client) => this.archive.orphan(client));
    crowd.on('left', ({ run }) => { for (const key of Object.keys(this.#streams)) this.#streams[key] += run[key]; });
    crowd.on('died', ({ client, why }) => this.#clientProblems.push(`client ${client.number} ${why}`));
    for (let i = 0; i < crowd.options.clients; ++i) crowd.start();
    return crowd;
  }

  // Everything once, so that what is loaded with its first use is there; then what the server has open.
  async rehearse() {
    const crowd = this.#crowd(REHEARSAL);
    const deadline = this.seconds() + REHEARSAL_S;
    while (this.archive.judged < REHEARSED_RECORDINGS && this.seconds() < deadline) await this.#wait(1);
    await crowd.leave();
    await this.world.empty(EMPTY_S);
    await this.world.upload();
    return this.gauge.read();
  }

  async #wait(seconds) { await sleep(1000 * seconds, undefined, { signal: this.#ending.signal }).catch(() => {}); }

  async #gather(crowd) {
    const deadline = this.seconds() + GATHERING_S;
    while (crowd.members < 0.9 * this.options.peers && this.seconds() < deadline) await this.#wait(1);
  }

  #progress(crowd, schedule) {
    const { resident_kb = 0, files = 0, threads = 0 } = this.gauge.latest;
    const { archive, failures } = this;
    this.world.say([`${crowd.members} peers`, `${crowd.joins} joins`, `${(resident_kb / 1024).toFixed(1)} MB`, `${files} files`, `${threads} threads`,
      `${archive.running} recordings run`, `${archive.judged} judged`, `${schedule.count} faults`,
      `silence ${(crowd.longest('silence_ms') / 1000).toFixed(1)} s`,
      `failures ${failures.explained} + ${failures.unexplained}`, ...(archive.problems.length ? [`BAD RECORDINGS ${archive.problems.length}`] : [])].join(', '));
  }

  async run() {
    const { world, options } = this;
    this.gauge = new Gauge(world.server);
    const before = await this.rehearse();
    world.say(`rehearsed: ${(before.resident_kb / 1024).toFixed(1)} MB, ${before.files} files, ${before.threads} threads`);
    const crowd = world.crowd = this.#crowd();
    const browser = options.browser ? await Browser.open(world) : undefined;
    await this.#gather(crowd);
    this.gauge.samples = [];
    const schedule = new Schedule(choose(options.faults), world, this.dice);
    const progress = setInterval(() => this.#progress(crowd, schedule), PROGRESS_MS);
    const over = within(this.#ending.signal, 60000 * options.minutes).signal;
    const recorded = browser && this.#record(browser, over);
    await Promise.race([schedule.run(over), this.#death()]);
    const resident_kb = this.gauge.resident_kb();
    clearInterval(progress);
    world.say('everybody leaves');
    await recorded;
    const ends = await this.#end(crowd, before);
    return tell(checks({
      ...ends, resident_kb, faults: [...schedule.figures.values()], failures: this.failures, clients: this.#clientProblems,
      streams: this.#streams, archive: this.archive,
    }));
  }

  async #record(browser, over) {
    const { world } = this;
    try {
      await browser.record(over, { surroundings: world.surroundings, dice: new Dice(this.options.seed + 1), tell: (recording) => this.archive.take(recording) });
      await browser.close();
      this.#clientProblems.push(...browser.errors.map((error) => `the page: ${error}`));
    } catch (error) {
      this.#clientProblems.push(`the page: ${error.message}`);
    }
  }

  // The end of the server, which should not be.
  async #death() {
    const { server } = this.world;
    while (!server.end) await sleep(200);
  }

  async #end(crowd, before) {
    const { world } = this;
    const died = world.server.end && `it ended: ${JSON.stringify(world.server.end)}; its log is ${world.server.logFile}`;
    await crowd.leave();
    const left = died ? {} : await world.empty(EMPTY_S);
    await this.archive.drain();
    const after = died ? before : await this.#back(before);
    this.gauge.stop();
    world.say(`afterwards: ${(after.resident_kb / 1024).toFixed(1)} MB, ${after.files} files, ${after.threads} threads`);
    await world.rpc.close();
    const ending = died || await world.server.stop().then(() => '', (error) => error.message);
    return { died, left, ending, before, after };
  }

  async #back(before) {
    const deadline = this.seconds() + BACK_S;
    for (;;) {
      await this.world.upload();
      const now = await this.gauge.read();
      if (now.files <= before.files || this.seconds() > deadline) return now;
      await sleep(1000 * AGAIN_S);
    }
  }
}

function listen(soak) {
  process.stdin.on('data', () => soak.stop());
  process.stdin.on('end', () => process.exit(130));
  process.stdin.unref();
}

const options = JSON.parse(process.argv[2]);
console.log(`${options.minutes} minutes, ${options.peers} peers, loss ${options.loss}, --seed ${options.seed}`);
const world = await World.open();
const soak = new Soak(options, world);
listen(soak);
const passed = await soak.run();
await world.close();
process.exit(passed ? 0 : 1);
