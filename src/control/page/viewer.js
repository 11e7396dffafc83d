// One viewer of the publisher, with a card of its own.

import { Call, CallEnded } from "./call.js";
import { CallCard } from "./card.js";
import { explain } from "./words.js";

const SENTENCES = { idle: "Waits for the publisher.", flowing: "Watching." };

export class Viewer {
  #session;
  #statistics;
  #card;

  call = null;
  onremove = () => {};

  constructor({ session, root, statistics, number }) {
    this.name = `Viewer ${number}`;
    this.#session = session;
    this.#statistics = statistics;
    this.#card = new CallCard(root, SENTENCES);
    this.#card.find(".name").textContent = this.name;
    root.setAttribute("aria-label", this.name);
    const [removeButton, plotButton] = [this.#card.find(".remove"), this.#card.find(".plot")];
    removeButton.setAttribute("aria-label", `Remove ${this.name}`);
    removeButton.addEventListener("click", () => this.onremove());
    plotButton.setAttribute("aria-label", `Plot the statistics of ${this.name}`);
    plotButton.addEventListener("click", () => statistics.choose(this.name));
  }

  /** `watch` is {pipeline, publisher, codec}. */
  async start({ pipeline, publisher, codec }) {
    const call = new Call(this.#session, {
      pipeline,
      stream: null,
      receives: true,
      codec,
      wire: (endpoint) => this.#session.invoke(publisher, "connect", { sink: endpoint }),
    });
    this.call = call;
    this.#card.follow(call);
    this.#statistics.follow(this.name, call, (sample) => this.#card.showFigures(sample));
    try {
      await call.start();
    } catch (error) {
      if (error instanceof CallEnded || this.call !== call) return;
      this.stop();
      this.#card.fail(explain(error));
    }
  }

  stop({ releases = true } = {}) {
    this.#statistics.forget(this.name);
    this.call?.stop({ releases });
    this.call = null;
    this.#card.follow(null);
  }

  remove() {
    this.#card.root.remove();
  }
}
