// The raw JSON-RPC exchange: what went over the WebSocket, in order, bounded.

import { titleOf } from "./exchange-title.js";
import { formatTime } from "./format.js";
import { prettyJson } from "./pretty-json.js";

const MAX_ENTRIES = 500;
const MAX_ROUTINE = 150; // pings and statistics make room first
const ARROWS = { request: "→", answer: "←", event: "⚡" };

const isRoutineCall = ({ method, params } = {}) => method === "ping" || (method === "invoke" && params?.operation === "getStats");

export class ExchangeLog {
  #list;
  #root;
  #filter;
  #showsRoutine;
  #entries = []; // {element, message, kind, isRoutine, text}, oldest first
  #routineCount = 0;
  #followsEnd = true; // until the reader scrolls up

  constructor(rpc, root) {
    this.#root = root;
    this.#list = root.querySelector("#exchange-log");
    this.#filter = root.querySelector("#exchange-filter");
    this.#showsRoutine = root.querySelector("#exchange-routine");
    this.#list.addEventListener("scroll", () => (this.#followsEnd = this.#isAtEnd));
    new ResizeObserver(() => this.#toEnd()).observe(this.#list);
    rpc.addEventListener("traffic", ({ detail }) => this.#append(detail));
    for (const input of root.querySelectorAll("input")) input.addEventListener("input", () => this.#applyFilter());
    root.querySelector("#exchange-copy").addEventListener("click", (event) => this.#copyAll(event.target));
    root.querySelector("#exchange-clear").addEventListener("click", () => this.clear());
    root.querySelector("#exchange-enlarge").addEventListener("click", (event) => this.#enlarge(event.target));
  }

  clear() {
    this.#entries = [];
    this.#routineCount = 0;
    this.#list.replaceChildren();
    this.#count();
  }

  /** Every message that is kept, as JSON lines, oldest first. */
  toText() {
    return this.#entries.map(({ message }) => JSON.stringify(message)).join("\n");
  }

  #append(traffic) {
    const { kind, message, request } = traffic;
    const isRoutine = isRoutineCall(kind === "answer" ? request : message);
    const title = titleOf(traffic);
    const entry = { kind, message, isRoutine, text: `${title} ${JSON.stringify(message)}`.toLowerCase() };
    entry.element = elementOf(traffic, title);
    this.#entries.push(entry);
    this.#routineCount += isRoutine;
    this.#showOrHide(entry);
    this.#list.append(entry.element);
    this.#makeRoom();
    this.#count();
    this.#toEnd();
  }

  get #isAtEnd() {
    return this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
  }

  #toEnd() {
    if (this.#followsEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #makeRoom() {
    if (this.#routineCount > MAX_ROUTINE) this.#drop(this.#entries.findIndex(({ isRoutine }) => isRoutine));
    if (this.#entries.length > MAX_ENTRIES) this.#drop(0);
  }

  #drop(index) {
    const [entry] = this.#entries.splice(index, 1);
    entry.element.remove();
    this.#routineCount -= entry.isRoutine;
  }

  #applyFilter() {
    for (const entry of this.#entries) this.#showOrHide(entry);
    this.#count();
    this.#followsEnd = true;
    this.#toEnd();
  }

  #showOrHide({ element, kind, isRoutine, text }) {
    const isKindShown = this.#root.querySelector(`input[value=${kind}]`).checked;
    const words = this.#filter.value.toLowerCase().split(/\s+/);
    element.hidden = !isKindShown || (isRoutine && !this.#showsRoutine.checked) || !words.every((word) => text.includes(word));
  }

  #count() {
    const shown = this.#entries.filter(({ element }) => !element.hidden).length;
    const total = this.#entries.length;
    this.#root.querySelector(".count").textContent = shown === total ? `${total}` : `${shown} of ${total}`;
    this.#list.dataset.isEmpty = String(shown === 0);
  }

  #copyAll(button) {
    copy(this.toText(), button);
  }

  #enlarge(button) {
    const isLarge = this.#root.classList.toggle("large");
    button.setAttribute("aria-pressed", String(isLarge));
    button.textContent = isLarge ? "Smaller" : "Larger";
  }
}

function elementOf({ kind, message, time, elapsed_ms }, title) {
  const entry = document.createElement("details");
  entry.dataset.kind = message.error ? "error" : kind;
  const summary = document.createElement("summary");
  const note = kind === "answer" ? `${elapsed_ms < 10 ? elapsed_ms.toFixed(1) : Math.round(elapsed_ms)} ms` : "";
  summary.append(piece("time", formatTime(time)), piece("arrow", ARROWS[kind]), piece("title", title), piece("note", note));
  summary.querySelector(".arrow").title = kind;
  entry.append(summary);
  entry.addEventListener("toggle", () => entry.childElementCount === 1 && entry.append(...bodyOf(message)));
  return entry;
}

function bodyOf(message) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small copy";
  button.textContent = "Copy";
  button.addEventListener("click", () => copy(JSON.stringify(message, null, 2), button));
  return [button, prettyJson(message)];
}

function piece(className, text) {
  return Object.assign(document.createElement("span"), { className, textContent: text });
}

async function copy(text, button) {
  const label = button.textContent;
  const isDone = await writeClipboard(text);
  button.textContent = isDone ? "Copied" : "Not allowed";
  setTimeout(() => (button.textContent = label), 1200);
}

/** Pages without https have no clipboard object; the old command still works there. */
async function writeClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const area = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" });
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  return isDone;
}
