// Loopback: one endpoint connected to itself, so that the server sends back what it receives.

import { Demo } from "./demo.js";

export class Loopback extends Demo {
  #session;

  constructor({ session, card, choices, statistics }) {
    super({
      session,
      card,
      choices,
      statistics,
      name: "Loopback",
      video: card.find("video[data-role=loopback-local]"),
      startButton: card.find("#start-loopback"),
      stopButton: card.find("#stop-loopback"),
    });
    this.#session = session;
  }

  plan() {
    return { receives: true, wire: (endpoint) => this.#session.invoke(endpoint, "connect", { sink: endpoint }) };
  }
}
