// xorshift32: hostile input that is the same on every run.
export class Random {
  #state;
  constructor(seed) { this.#state = seed >>> 0 || 1; }
  next() {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }
  below(bound) { return this.next() % bound; }
  bytes(length) { return Buffer.from(Array.from({ length }, () => this.below(256))); }
}
