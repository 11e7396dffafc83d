// Somebody in a room: a peer of the load generator and its WebRtcEndpoint.
import { performance } from 'node:perf_hooks';

let numbers = 0;

const isRelay = (candidate) => candidate.includes(' typ relay');

export class Member {
  lost = '';      // why its connection is gone
  packets = 0;    // received, or published
  #away;

  // `turn` is the TURN server by which the server's side is to be reached, and by nothing else.
  constructor({ session, generator, pipeline, spec, turn }) {
    Object.assign(this, { session, generator, pipeline, spec, turn, number: ++numbers });
    this.gone = new Promise((resolve) => { this.#away = resolve; });
  }

  get publishes() { return this.spec.publishes; }

  async join() {
    const { session, generator, number } = this;
    this.endpoint = await session.create('WebRtcEndpoint', { mediaPipeline: this.pipeline });
    if (this.turn) await session.invoke(this.endpoint, 'setTurnUrl', { turnUrl: this.turn });
    await session.on(this.endpoint, 'IceCandidateFound', ({ candidate: { candidate } }) => this.#reach(candidate));
    const connected = generator.connected(number);
    const { offer } = await generator.do('join', { peer: number, ...this.spec });
    this.joining = true;
    await generator.do('answer', { peer: number, sdp: await session.invoke(this.endpoint, 'processOffer', { offer }) });
    await session.invoke(this.endpoint, 'gatherCandidates');
    await connected;
    this.connected = true;
    this.heard(0);
  }

  #reach(candidate) {
    if (this.left || (this.turn && !isRelay(candidate))) return;
    this.generator.do('candidate', { peer: this.number, candidate }).catch(() => {});  // it has left meanwhile
  }

  // Of the generator's report.
  survey({ packets, lost }) {
    if (packets > this.packets) this.heard(packets);
    if (lost === '' || !this.connected) return;
    this.lost = lost;
    this.#away();
  }

  // Media has come, or is to be expected from now on.
  heard(packets = this.packets) {
    this.packets = packets;
    this.heardAt = performance.now();
  }

  connect(sink) { return this.session.invoke(this.endpoint, 'connect', { sink }); }

  // `silently`: the peer tells the server nothing. `first`: the client releases the endpoint before the peer leaves.
  async leave({ silently = false, first = false } = {}) {
    this.left = true;
    this.connected = false;
    const release = () => this.endpoint && this.session.release(this.endpoint);
    const part = () => this.joining && this.generator.do('leave', { peer: this.number, silently });
    this.generator.forget(this.number);
    const steps = first ? [release, part] : [part, release];
    try {
      await steps[0]();
    } finally {
      await steps[1]();
    }
  }
}
