// Shows one call in its card: the state in words, the four steps, errors, pictures and figures.

import { DelayReader } from "./clock-strip.js";
import { formatValue } from "./format.js";
import { failureOf, SENTENCES, stateOf, stepsOf } from "./words.js";

export class CallCard {
  #root;
  #call = null;
  #sentences;
  #delayReader = new DelayReader();
  #onChange = () => this.#render();

  /** `root` is the card's element; `sentences` replace the general ones where the card knows better. */
  constructor(root, sentences = {}) {
    this.#root = root;
    this.#sentences = { ...SENTENCES, ...sentences };
    this.find(".sound")?.addEventListener("click", () => this.#toggleSound());
    this.#render();
  }

  /** In this card, not in one that stands within it. */
  find(selector) {
    return [...this.#root.querySelectorAll(selector)].find((found) => found.closest("[data-call]") === this.#root);
  }

  get root() {
    return this.#root;
  }

  follow(call) {
    this.#call?.removeEventListener("change", this.#onChange);
    this.#call = call;
    call?.addEventListener("change", this.#onChange);
    this.#showError(null);
    if (!call) this.showFigures(null);
    this.#render();
  }

  /** While something is prepared that is no call yet. */
  prepare(sentence) {
    this.#showError(null);
    this.#root.dataset.state = "starting";
    this.#say(sentence);
  }

  /** Tells an error that no call has had; `failure` is {what, todo}. */
  fail(failure) {
    this.#root.dataset.state = "failed";
    this.#say(this.#sentences.failed);
    this.#showError(failure);
  }

  /** The direction that the card is about, as the browser counts it. */
  showFigures(sample, direction = "down") {
    const rates = sample?.browser[direction];
    this.#figure("bitrate", formatValue(rates?.bitrate_bps, "bit/s"));
    this.#figure("fps", formatValue(rates?.fps, "fps"));
    this.#figure("loss", formatValue(rates?.loss_percent, "%"));
    this.#figure("rtt", formatValue(sample?.browser.rtt_ms, "ms"));
    this.#figure("delay", formatValue(sample ? this.#readDelay() : null, "ms"));
    const picture = sample?.browser.picture;
    this.#figure("picture", picture?.width ? `${picture.codec} ${picture.width}×${picture.height}` : "–");
  }

  #figure(name, text) {
    const place = this.find(`[data-figure=${name}]`);
    if (place) place.textContent = text;
  }

  #readDelay() {
    const video = this.find("video[data-role$=remote], video[data-role=viewer]");
    return video ? this.#delayReader.read(video) : null;
  }

  #render() {
    const call = this.#call;
    const state = stateOf(call);
    this.#root.dataset.state = state;
    this.#say(this.#sentences[state]);
    for (const step of stepsOf(call)) this.#showStep(step);
    const failure = call && failureOf(call);
    if (failure) this.#showError(failure);
    const video = this.find("video[data-role$=remote], video[data-role=viewer]");
    if (video && video.srcObject !== (call?.remote ?? null)) video.srcObject = call?.remote ?? null;
  }

  #showStep({ step, level, word, detail, pair }) {
    const place = this.find(`[data-step=${step}]`);
    if (!place) return;
    place.dataset.level = level;
    place.querySelector(".word").textContent = word;
    place.querySelector(".detail").textContent = detail;
    place.title = pair ?? "";
    if (step === "ice") this.#figure("path", pair ?? "");
  }

  #say(sentence) {
    const place = this.find(".sentence");
    if (place.textContent !== sentence) place.textContent = sentence; // or it is read out again
  }

  #showError(failure) {
    const place = this.find(".error");
    place.hidden = !failure;
    place.textContent = failure ? `${failure.what} ${failure.todo}` : "";
  }

  #toggleSound() {
    const button = this.find(".sound");
    const video = this.find("video[data-role$=remote], video[data-role=viewer]");
    video.muted = !video.muted;
    button.setAttribute("aria-pressed", String(!video.muted));
    button.title = video.muted ? "Sound is off" : "Sound is on";
  }
}
