// What both demonstrations have in common: a source, a pipeline and a call that sends the source into it; and
// giving all of that back, whenever and wherever it stops.

import { Call, CallEnded } from "./call.js";
import { openSource } from "./source.js";
import { explain, failureOf } from "./words.js";

export class Demo {
  #parts;
  #source = null;
  #turn = 0; // counts starts and stops, so that a start overtaken by a stop notices

  call = null;
  pipeline = "";
  /** The codec of the last start: "" for the browser's order. */
  codec = "";

  /**
   * `session`, `card`, `statistics`; `choices` is {source, codec}, read at each start, and tellSource(source);
   * `name` in the statistics; `video` shows the source; `startButton`, `stopButton`.
   */
  constructor(parts) {
    this.#parts = parts;
    parts.startButton.addEventListener("click", () => this.start());
    parts.stopButton.addEventListener("click", () => this.stop());
    parts.session.addEventListener("lost", () => this.#lose());
  }

  /** For those that extend this: what is special about the call, {receives, wire(endpoint)}. */
  plan() {
    throw new Error("A demonstration says what its call is.");
  }

  /** For those that extend this: the call is agreed on. */
  agreed() {}

  /** For those that extend this: the pipeline and all in it goes away. */
  ending() {}

  /** A running demonstration starts afresh. */
  async start() {
    this.stop();
    const turn = ++this.#turn;
    this.#setRunning(true);
    try {
      await this.#run(() => turn === this.#turn);
    } catch (error) {
      if (turn === this.#turn && !(error instanceof CallEnded)) this.#fail(error);
    }
  }

  stop() {
    this.#turn++;
    this.#parts.card.follow(null);
    this.#release();
    this.#setRunning(false);
  }

  async #run(isCurrent) {
    const { session, card, choices, video } = this.#parts;
    card.prepare(choices.source === "camera" ? "Opening the camera…" : "Making the test picture…");
    const source = await openSource(choices.source);
    if (!isCurrent()) return source.close();
    this.#source = source;
    this.codec = choices.codec;
    choices.tellSource(source);
    video.srcObject = source.stream;
    card.prepare("Asking the server for a pipeline…");
    const pipeline = await session.create("MediaPipeline");
    if (!isCurrent()) return session.release(pipeline);
    this.pipeline = pipeline;
    await this.#connect();
    this.agreed();
  }

  async #connect() {
    const { session, card, statistics, name } = this.#parts;
    const { codec, pipeline } = this;
    const call = new Call(session, { pipeline, codec, stream: this.#source.stream, ...this.plan() });
    call.addEventListener("change", () => call === this.call && failureOf(call) && this.#offerStart());
    this.call = call;
    card.follow(call);
    statistics.follow(name, call, (sample) => card.showFigures(sample, call.receives ? "down" : "up"));
    await call.start();
  }

  /** Keeps the card's account of what went wrong, and gives everything else back. */
  #fail(error) {
    this.#release();
    this.#parts.card.fail(explain(error));
    this.#setRunning(false);
  }

  #lose() {
    this.pipeline = "";
    if (this.call) this.#fail({ name: "RpcError", type: "INVALID_SESSION" });
  }

  /** Releasing the pipeline releases every endpoint in it. */
  #release() {
    const { session, statistics, name, video } = this.#parts;
    this.ending();
    statistics.forget(name);
    this.call?.stop({ releases: false });
    if (this.pipeline) session.release(this.pipeline).catch(() => {});
    this.#source?.close();
    video.srcObject = null;
    this.call = this.#source = null;
    this.pipeline = "";
  }

  #setRunning(isRunning) {
    this.#parts.startButton.disabled = isRunning;
    this.#parts.stopButton.disabled = !isRunning;
  }

  /** A call that failed by itself holds its objects still; starting again gives them back first. */
  #offerStart() {
    this.#parts.startButton.disabled = false;
  }
}
