// Draws that are the same with the same seed.
import { Random } from '../e2e/lib/random.mjs';

export class Dice {
  #random;
  constructor(seed) {
    this.#random = new Random(Math.imul(seed, 0x9e3779b1));
    for (let i = 0; i < 8; ++i) this.#random.next();  // neighbouring seeds part
  }
  below(bound) { return this.#random.below(bound); }
  between(least, most) { return least + (most - least) * (this.#random.next() / 2 ** 32); }
  chance(share) { return this.between(0, 1) < share; }
  of(list) { return list[this.below(list.length)]; }
  shuffled(list) {
    const left = [...list], drawn = [];
    while (left.length > 0) drawn.push(...left.splice(this.below(left.length), 1));
    return drawn;
  }
}
