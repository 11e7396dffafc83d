// What clients could not do, told apart into what a fault explains and what nothing does.
import { performance } from 'node:perf_hooks';

// For how long a relayed session may be in trouble when its TURN server has been away: until it is given up (30 s) and made anew (20 s).
const RELAYED_MS = 60000;
// What was under way when a control connection was cut fails at once; who was joining, and was told no candidate meanwhile, 20 s later.
const CUT_MS = 30000;
const CUT = /connection closed|no connection within/;
const MOST_KEPT = 50;

export class Failures {
  explained = 0;
  unexplained = 0;
  examples = [];

  constructor(turn) { this.turn = turn; }

  take({ client, why, what }) {
    if (this.#isExplained(client, why, what)) return void ++this.explained;
    ++this.unexplained;
    if (this.examples.length < MOST_KEPT) this.examples.push(`client ${client.number}, ${what}: ${why}`);
  }

  #isExplained(client, why, what) {
    const now = performance.now();
    if (what === 'relayed' && now - (this.turn.goneAt ?? -Infinity) < RELAYED_MS) return true;
    return now - (client.cutAt ?? -Infinity) < CUT_MS && CUT.test(why);
  }
}
