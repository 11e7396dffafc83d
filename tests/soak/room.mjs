// A pipeline with one publisher, some viewers and now and then a recording. All of them come and go until the room's time is
// over, or `signal` ends it.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { Member } from './member.mjs';
import { Recording } from './recording.mjs';
import { within } from './within.mjs';

const ROOM_S = [30, 120];
const PUBLISHER_S = [20, 60];
const VIEWER_S = [8, 60];
const RECORDING_S = [6, 25];
const BETWEEN_RECORDINGS_S = [2, 20];
const TO_THE_END_S = [1e6, 1e6];
const RETRY_MS = 500;
const RELAYED = 0.05;          // of all viewers
const SILENT = 0.3;            // of all who leave
const ABANDONED = 0.25;        // of all recordings
const AUDIO_PLAN = { pps: 25, fps: 25, size: 120 };
const PICTURES_PLAN = { fps: 15, pps: 15 };

export class Room {
  members = new Set();
  #waiting = [];

  // `client` has {session, generator, dice, surroundings, failed, tell, signal}.
  constructor(client, { viewers, audio }) {
    Object.assign(this, { client, viewers, audio, dice: client.dice });
    this.time = within(client.signal, 1000 * this.dice.between(...ROOM_S));
    this.over = this.time.signal;
    setMaxListeners(0, this.over);
  }

  async live() {
    this.pipeline = await this.client.session.create('MediaPipeline');
    const views = Array.from({ length: this.viewers }, () => this.#viewing());
    await Promise.all([this.#publishing(), ...views, ...(this.audio ? [] : [this.#recording()])]);
  }

  async close() {
    await Promise.all([...this.members].map((member) => this.#part(member)));
    if (this.pipeline) await this.client.session.release(this.pipeline);
  }

  async #publishing() {
    const { surroundings } = this.client;
    const spec = { publishes: true, ...(this.audio ? { audio: true } : { codec: 'VP8', frames: surroundings.pictures }) };
    // Marked packets are told apart by who has sent them: their publisher stays, or the room goes with it.
    const stay_s = this.audio ? TO_THE_END_S : PUBLISHER_S;
    while (!this.over.aborted) {
      await this.#stay({ spec }, stay_s, async (publisher) => {
        await this.client.generator.do('start', { peer: publisher.number, ...(this.audio ? AUDIO_PLAN : PICTURES_PLAN) });
        this.publisher = publisher;  // of whom those who are connected from now on take care themselves
        this.sinceMedia = Infinity;
        for (const { connected, publishes, endpoint } of this.members) if (connected && !publishes) await publisher.connect(endpoint);
        await this.recording?.follow(publisher.endpoint);
        this.sinceMedia = performance.now();
        for (const wake of this.#waiting.splice(0)) wake();
      });
      if (this.audio) this.time.abort();
    }
  }

  async #viewing() {
    while (!this.over.aborted) {
      await this.#published();
      const { publisher } = this;
      if (!publisher) continue;
      const spec = { publishes: false, audio: this.audio, source: publisher.number, transcoded: !this.audio, codec: 'VP8' };
      const turn = this.dice.chance(RELAYED) ? this.client.surroundings.turn : undefined;
      await this.#stay({ spec, turn }, VIEWER_S, async (viewer) => {
        if (this.publisher) await this.publisher.connect(viewer.endpoint);
        viewer.heard();
      });
    }
  }

  async #recording() {
    while (!this.over.aborted) {
      await this.#pause(BETWEEN_RECORDINGS_S);
      await this.#published();
      if (this.over.aborted || !this.publisher) continue;
      try {
        await this.#record();
      } catch (error) {
        this.client.failed(error, 'recording');
      }
    }
  }

  async #record() {
    const { client, pipeline, dice } = this;
    const recording = new Recording({ session: client.session, pipeline, tell: client.tell, ...client.surroundings.place(dice) });
    await recording.open();
    this.recording = recording;  // so that the next publisher is followed, if this one has left meanwhile
    if (this.publisher) await recording.follow(this.publisher.endpoint);
    await recording.record();
    await this.#pause(RECORDING_S);
    this.recording = undefined;
    if (this.over.aborted && dice.chance(ABANDONED)) recording.abandon();
    else await recording.stop();
  }

  // Joins somebody, does what there is to do then, and parts when the time or the connection is over.
  async #stay(who, stay_s, begin) {
    const member = new Member({ session: this.client.session, generator: this.client.generator, pipeline: this.pipeline, ...who });
    this.members.add(member);
    let why;
    try {
      await member.join();
      this.client.joined();
      await begin(member);
      await Promise.race([this.#pause(stay_s), member.gone]);
      if (member.lost) why = new Error(`lost: ${member.lost}`);
    } catch (error) {
      why = error;
    }
    if (this.publisher === member) {
      this.publisher = undefined;
      this.recording?.quiet();
    }
    if (why) this.client.failed(why, member.turn ? 'relayed' : 'direct');
    await this.#part(member);
    if (why) await this.#wait(RETRY_MS);
  }

  async #part(member) {
    if (!this.members.delete(member)) return;
    try {
      await member.leave({ silently: this.dice.chance(SILENT), first: this.dice.chance(0.5) });
    } catch (error) {
      this.client.failed(error, 'leaving');
    }
  }

  // Of those viewers who should hear something: for how long they have not, in ms.
  silences() {
    const now = performance.now();
    if (!this.publisher) return [];
    return [...this.members].filter(({ connected, publishes }) => connected && !publishes)
      .map((member) => ({ relayed: member.turn !== undefined, ms: Math.max(0, now - Math.max(member.heardAt, this.sinceMedia)) }));
  }

  // Until there is a publisher, or the room is over.
  async #published() {
    if (this.publisher || this.over.aborted) return;
    let end;
    await new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.over.addEventListener('abort', end = resolve, { once: true });
    });
    this.over.removeEventListener('abort', end);
  }

  #pause(between_s) { return this.#wait(1000 * this.dice.between(...between_s)); }
  #wait(ms) { return sleep(ms, undefined, { signal: this.over }).catch(() => {}); }
}
