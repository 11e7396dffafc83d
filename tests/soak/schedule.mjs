// Faults in rounds, each round in an order of its own, with time between them in which the crowd is to get over it.
import { performance } from 'node:perf_hooks';

const PAUSE_S = [3, 12];
const CALM_MS = 2000;        // nobody is left who has heard nothing for longer
const RECOVERY_S = 10;
const FRESH_S = 1.5;         // what the clients told is of after the fault by then

// For each fault: {name, times, recovery_s: the longest that somebody has gone without media after its end, late}.
export class Schedule {
  struck = [];
  current = '';

  constructor(faults, world, dice) {
    Object.assign(this, { faults, world, dice });
    this.figures = new Map(faults.map(({ name }) => [name, { name, times: 0, recovery_s: 0, late: 0 }]));
  }

  get count() { return [...this.figures.values()].reduce((sum, { times }) => sum + times, 0); }

  async run(signal) {
    const { dice, world } = this;
    while (!signal.aborted) {
      for (const fault of dice.shuffled(this.faults)) {
        await world.pause(dice.between(...PAUSE_S));
        if (signal.aborted) return;
        this.current = fault.name;
        world.say(`fault: ${fault.name}`);
        await fault.strike(world, dice);
        this.#note(fault, await this.#recovery());
        this.current = '';
      }
    }
  }

  // Seconds until everybody who should hear something does, at most RECOVERY_S.
  async #recovery() {
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    do await this.world.pause(FRESH_S); while (this.world.crowd.longest('silence_ms') > CALM_MS && seconds() < RECOVERY_S);
    return seconds();
  }

  #note({ name }, recovery_s) {
    const figures = this.figures.get(name);
    ++figures.times;
    figures.recovery_s = Math.max(figures.recovery_s, recovery_s);
    figures.late += recovery_s >= RECOVERY_S;
  }
}
