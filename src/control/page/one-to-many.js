// One to many: a publisher's endpoint connected to the endpoint of each viewer.

import { Demo } from "./demo.js";
import { Viewer } from "./viewer.js";

const FIRST_VIEWERS = 3;
const MAX_VIEWERS = 48; // about as many decoders as a browser runs gracefully

export class OneToMany extends Demo {
  #parts;
  #addButton;
  #nextNumber = 1;

  viewers = [];

  /** `list` holds the viewers' cards, which are made from `template`. */
  constructor({ session, card, choices, statistics, list, template }) {
    super({
      session,
      card,
      choices,
      statistics,
      name: "Publisher",
      video: card.find("video[data-role=publisher]"),
      startButton: card.find("#start-publisher"),
      stopButton: card.find("#stop-publisher"),
    });
    this.#parts = { session, statistics, list, template };
    this.#addButton = card.find("#add-viewer");
    this.#addButton.addEventListener("click", () => this.addViewer());
    for (let count = 0; count < FIRST_VIEWERS; count++) this.addViewer();
  }

  plan() {
    return { receives: false, wire: async () => {} };
  }

  agreed() {
    for (const viewer of this.viewers) viewer.start(this.#watch);
  }

  ending() {
    for (const viewer of this.viewers) viewer.stop({ releases: false });
  }

  /** A viewer that comes while the publisher is on joins at once. */
  addViewer() {
    if (this.viewers.length >= MAX_VIEWERS) return;
    const { session, statistics, list, template } = this.#parts;
    const root = template.content.firstElementChild.cloneNode(true);
    list.append(root);
    const viewer = new Viewer({ session, statistics, root, number: this.#nextNumber++ });
    viewer.onremove = () => this.removeViewer(viewer);
    this.viewers.push(viewer);
    this.#addButton.disabled = this.viewers.length >= MAX_VIEWERS;
    if (this.call?.status.signalling === "done") viewer.start(this.#watch);
  }

  removeViewer(viewer) {
    viewer.stop();
    viewer.remove();
    this.viewers = this.viewers.filter((other) => other !== viewer);
    this.#addButton.disabled = false;
    this.#addButton.focus();
  }

  /** What a viewer needs in order to watch; the publisher's codec saves the server a conversion. */
  get #watch() {
    return { pipeline: this.pipeline, publisher: this.call.endpoint, codec: this.codec };
  }
}
