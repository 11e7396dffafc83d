// One RecorderEndpoint at work. What becomes of it is told to `tell`: {file, state, …}, where the file can be judged then.
import { performance } from 'node:perf_hooks';

// What comes of a source that takes another's place begins with a key frame, which may be lost, and is written once a second.
const FIRST_PICTURE_MS = 4000;

// `place`: {target, uri, file}: the uri for the server, the file where the soak finds it.
export class Recording {
  constructor({ session, pipeline, place, profile, tell }) {
    Object.assign(this, { session, pipeline, place, profile, tell });
  }

  async open() {
    const { session, place } = this;
    this.id = await session.create('RecorderEndpoint', { mediaPipeline: this.pipeline, uri: place.uri, mediaProfile: this.profile });
    await session.on(this.id, 'Recording', () => this.#begun());
    await session.on(this.id, 'Error', ({ description }) => this.#ended('failed', { why: description }));
  }

  record() { return this.session.invoke(this.id, 'record'); }

  // Another source takes the place of the one before.
  async follow(source) {
    await this.session.invoke(source, 'connect', { sink: this.id });
    this.followedAt = performance.now();
  }

  // Its source is gone: it lasts no longer than that, unless it follows another one for a while.
  quiet() {
    this.quietAt = this.#endsAt();
    this.followedAt = undefined;
  }

  async stop() {
    const seconds = this.#seconds();
    await this.session.invoke(this.id, 'stopAndWait');
    this.#ended('stopped', { seconds });
    await this.session.release(this.id);
  }

  // Whoever releases the pipeline, or leaves the session to the collector, releases it without having stopped it.
  abandon() { this.#ended('abandoned', { seconds: this.#seconds() }); }

  #begun() {
    this.begunAt ??= performance.now();
    this.#say('begun');
  }
  #seconds() { return this.begunAt ? (this.#endsAt() - this.begunAt) / 1000 : 0; }

  // Until when there has to be something: a new source counts once it has had the time to show its first picture.
  #endsAt() {
    const now = performance.now();
    return this.quietAt !== undefined && !(now - this.followedAt > FIRST_PICTURE_MS) ? this.quietAt : now;
  }

  #ended(state, more) {
    if (this.ended) return;
    this.ended = true;
    this.#say(state, { seconds: this.#seconds(), ...more });
  }
  #say(state, more = {}) {
    const { target, file } = this.place;
    this.tell({ file, target, profile: this.profile, state, ...more });
  }
}
