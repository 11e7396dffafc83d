// An application: one session, one load generator, and rooms that live one after the other. A process of its own, forked by
// crowd.mjs, so that it can be killed. Messages:
//   to it:  {do: 'cut'}   {do: 'leave', tell: true}
//   of it:  {status: {…}} each second, {recording: {…}} (recording.mjs), {left: {…}}: what its peers have counted
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from './dice.mjs';
import { Generator } from './generator.mjs';
import { placesOf } from './places.mjs';
import { Room } from './room.mjs';
import { Session } from './session.mjs';

const STATUS_MS = 1000;
const VIEWERS = 4;           // of each room
const AUDIO_ROOMS = 4;       // one in so many
const OPENING_S = [0, 8];    // rooms open one by one

class Client {
  #counts = { joins: 0, failures: [] };
  #rooms = new Set();
  #ending = new AbortController();

  static async open(options) {
    const client = new Client();
    setMaxListeners(0, client.signal);
    client.dice = new Dice(options.seed);
    client.surroundings = { ...options.surroundings, place: placesOf(options.surroundings, options.number) };
    client.generator = await Generator.start(options);
    client.session = await Session.open(options.url);
    const rooms = Math.max(1, Math.round(options.peers / (VIEWERS + 1)));
    client.living = Promise.all(Array.from({ length: rooms }, (_, index) => client.#liveOn(index)));
    return client;
  }

  get signal() { return this.#ending.signal; }
  joined() { ++this.#counts.joins; }
  failed(error, what) { this.#counts.failures.push({ why: error.message, what }); }
  tell = (recording) => process.send({ recording });

  async #liveOn(index) {
    await sleep(1000 * this.dice.between(...OPENING_S));
    while (!this.signal.aborted) {
      const room = new Room(this, { viewers: VIEWERS, audio: index % AUDIO_ROOMS === 1 });
      this.#rooms.add(room);
      try {
        await room.live();
      } catch (error) {
        this.failed(error, 'room');
        await sleep(1000);
      }
      this.#rooms.delete(room);
      await room.close().catch((error) => this.failed(error, 'closing'));
    }
  }

  async status() {
    const reports = new Map((await this.generator.do('peers')).peers.map((report) => [report.peer, report]));
    const silences = [];
    let members = 0;
    for (const room of this.#rooms) {
      for (const member of room.members) {
        const report = reports.get(member.number);
        if (report) member.survey(report);
        members += member.connected === true;
      }
      silences.push(...room.silences());
    }
    const longest = (relayed) => Math.max(0, ...silences.filter((silence) => silence.relayed === relayed).map(({ ms }) => ms));
    const { joins, failures } = this.#counts;
    this.#counts = { joins: 0, failures: [] };
    return { members, joins, failures, silence_ms: longest(false), relayedSilence_ms: longest(true) };
  }

  cut() { return this.session.cut(); }

  async leave({ tell }) {
    this.#ending.abort();
    await this.living;
    const { run } = await this.generator.do('report');
    await this.session.close({ tell });
    await this.generator.end();
    return run;
  }
}

const client = await Client.open(JSON.parse(process.argv[2]));
process.on('disconnect', () => process.exit(1));
process.on('message', async (message) => {
  if (message.do === 'cut') return client.cut();
  clearInterval(reporting);
  process.send({ left: await client.leave(message) }, () => process.exit(0));
});
const report = async () => process.send({ status: await client.status() });
const reporting = setInterval(report, STATUS_MS);
