// The four charts: bitrate, loss, round-trip time and frames a second of the call that is chosen.

import { LineChart } from "./chart.js";
import { formatValue } from "./format.js";
import { DIRECTIONS, readoutTable } from "./readout.js";
import { CallStats } from "./stats.js";

// Dashed lines are the server's view. Those of a direction that the call does not have are left out.
const BROWSER_UP = { direction: "up", side: "browser", colour: "--up" };
const BROWSER_DOWN = { direction: "down", side: "browser", colour: "--down" };
const SERVER_UP = { direction: "up", side: "server", colour: "--up-server", isDashed: true };
const SERVER_DOWN = { direction: "down", side: "server", colour: "--down-server", isDashed: true };
const BROWSER_TRIP = { direction: "both", side: "browser", colour: "--rtt" };
const SERVER_TRIP = { direction: "both", side: "server", colour: "--rtt-server", isDashed: true };

const ARROWS = { up: "↑ ", down: "↓ ", both: "" };

const bothWays = (field) => [
  { ...BROWSER_UP, read: ({ browser }) => browser.up[field] },
  { ...BROWSER_DOWN, read: ({ browser }) => browser.down[field] },
  { ...SERVER_UP, read: ({ server }) => server?.up[field] },
  { ...SERVER_DOWN, read: ({ server }) => server?.down[field] },
];

const CHARTS = {
  bitrate: { unit: "bit/s", least: 100_000, lines: bothWays("bitrate_bps") },
  loss: { unit: "%", least: 3, lines: bothWays("loss_percent") },
  rtt: {
    unit: "ms",
    least: 6,
    lines: [
      { ...BROWSER_TRIP, read: ({ browser }) => browser.rtt_ms },
      { ...SERVER_TRIP, read: ({ server }) => server?.rtt_ms },
    ],
  },
  fps: {
    unit: "fps",
    least: 30,
    lines: [
      { ...BROWSER_UP, read: ({ browser }) => browser.up.fps },
      { ...BROWSER_DOWN, read: ({ browser }) => browser.down.fps },
    ],
  },
};

export class StatsPanel {
  #session;
  #root;
  #select;
  #readout;
  #charts = new Map();
  #followed = new Map(); // name → CallStats
  #shown = null; // a CallStats: stays on show after its call has ended, until another starts

  constructor(session, root) {
    this.#session = session;
    this.#root = root;
    this.#select = root.querySelector("select");
    this.#readout = root.querySelector(".readout");
    this.#select.addEventListener("change", () => this.choose(this.#select.value));
    for (const [name, { unit, least }] of Object.entries(CHARTS)) this.#openChart(name, unit, least);
    this.#list();
    this.#redraw();
  }

  /** Starts to sample a call; the first of those that run is shown. */
  follow(name, call, onsample) {
    this.forget(name);
    const stats = new CallStats(this.#session, call);
    stats.name = name;
    stats.addEventListener("sample", ({ detail }) => {
      onsample(detail);
      if (stats === this.#shown) this.#redraw();
    });
    this.#followed.set(name, stats);
    if (!this.#shown?.isRunning) this.#shown = stats;
    stats.start();
    this.#list();
    this.#redraw();
  }

  forget(name) {
    this.#followed.get(name)?.stop();
    this.#followed.delete(name);
    this.#list();
  }

  choose(name) {
    this.#shown = this.#followed.get(name) ?? this.#shown;
    this.#list();
    this.#redraw();
    if (!isInView(this.#root)) this.#root.scrollIntoView({ block: "start" });
  }

  #openChart(name, unit, least) {
    const chart = new LineChart(this.#root.querySelector(`canvas[data-chart=${name}]`), { unit, least });
    chart.addEventListener("cursor", ({ detail }) => this.#moveCursor(name, detail));
    this.#charts.set(name, chart);
  }

  /** One cursor for all charts; the read-out stands in the chart that the pointer is in. */
  #moveCursor(name, time_ms) {
    for (const chart of this.#charts.values()) chart.cursor = time_ms;
    this.#readout.hidden = time_ms === null || !this.#shown;
    if (this.#readout.hidden) return;
    const figure = this.#root.querySelector(`canvas[data-chart=${name}]`).parentElement;
    figure.append(this.#readout);
    const ago_s = Math.round((this.#now_ms - time_ms) / 1000);
    this.#readout.replaceChildren(readoutTable(ago_s ? `${ago_s} s ago` : "now", this.#charts.get(name).readAt(time_ms)));
  }

  /** An ended call's charts stand still at its last sample. */
  get #now_ms() {
    return this.#shown?.isRunning ? Date.now() : this.#shown?.samples.at(-1)?.time_ms ?? Date.now();
  }

  #redraw() {
    const samples = this.#shown?.samples ?? [];
    const directions = ["both", ...(this.#shown?.directions ?? [])];
    for (const [name, { unit, lines }] of Object.entries(CHARTS)) {
      const drawn = lines.filter(({ direction }) => directions.includes(direction)).map((line) => (
        { ...line, points: samples.map((sample) => ({ time_ms: sample.time_ms, value: line.read(sample) })) }));
      this.#charts.get(name).show(drawn, this.#now_ms);
      this.#showLatest(name, unit, drawn);
    }
  }

  #showLatest(name, unit, lines) {
    const canvas = this.#root.querySelector(`canvas[data-chart=${name}]`);
    const texts = lines.filter(({ isDashed }) => !isDashed)
      .map(({ points, direction }) => `${ARROWS[direction]}${formatValue(points.at(-1)?.value, unit)}`);
    canvas.parentElement.querySelector(".latest").textContent = texts.join("  ") || "–";
    canvas.setAttribute("aria-label", `${canvas.dataset.title}, last two minutes. Latest: ${
      lines.map(({ direction, side, points }) => `${DIRECTIONS[direction]}, ${side}’s view: ${formatValue(points.at(-1)?.value, unit)}`).join(", ")}`);
  }

  #list() {
    const names = [...this.#followed.keys()];
    const ended = this.#shown && !this.#shown.isRunning;
    const options = names.map((name) => new Option(name, name, false, name === this.#shown?.name && !ended));
    if (ended) options.unshift(new Option(`${this.#shown.name} (ended)`, "", false, true));
    if (!options.length) options.push(new Option("no call yet", ""));
    this.#select.replaceChildren(...options);
    this.#select.disabled = names.length === 0;
  }
}

function isInView(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}
