// A small line chart of the last two minutes on a canvas, with a cursor that the pointer or the arrow keys move.

import { formatTick, formatValue } from "./format.js";
import { niceScale } from "./scale.js";

const SPAN_MS = 120_000;
const GAP_MS = 3_500; // samples further apart are not joined
const MARGIN = { left: 42, right: 8, top: 8, bottom: 20 };
const GRID_STEPS = 3;
const X_LABELS = [[SPAN_MS, "−2 min", "left"], [SPAN_MS / 2, "−1 min", "center"], [0, "now", "right"]];

/** Events: `cursor` with the time in ms under the pointer, or null when it has left. */
export class LineChart extends EventTarget {
  #canvas;
  #context;
  #unit;
  #least;
  #lines = []; // {name, colour (a custom property's name), isDashed, points: [{time_ms, value}]}
  #now_ms = 0;
  #cursor_ms = null;
  #size = { width: 0, height: 0 };

  /** `unit` as formatValue takes it; `least` is the smallest top that the value axis has. */
  constructor(canvas, { unit, least }) {
    super();
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.#unit = unit;
    this.#least = least;
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.#listen();
  }

  show(lines, now_ms) {
    this.#lines = lines;
    this.#now_ms = now_ms;
    this.draw();
  }

  set cursor(time_ms) {
    this.#cursor_ms = time_ms;
    this.draw();
  }

  /** [{name, colour, isDashed, text}] at a time: the nearest sample of each line. */
  readAt(time_ms) {
    return this.#lines.map(({ points, ...line }) => {
      const near = nearest(points, time_ms);
      return { ...line, text: formatValue(near?.value, this.#unit) };
    });
  }

  draw() {
    const { width, height } = this.#size;
    if (!width) return;
    const context = this.#context;
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.#canvas);
    const paint = (name) => style.getPropertyValue(name);
    const scale = niceScale(Math.max(this.#least, ...this.#values()), GRID_STEPS);
    this.#drawAxes(scale, paint);
    for (const line of this.#lines) this.#drawLine(line, scale, paint(line.colour));
    if (this.#cursor_ms !== null) this.#drawCursor(scale, paint);
  }

  #values() {
    return this.#lines.flatMap(({ points }) => points.map(({ value }) => value ?? 0));
  }

  #x(time_ms) {
    const { width } = this.#size;
    return MARGIN.left + (1 - (this.#now_ms - time_ms) / SPAN_MS) * (width - MARGIN.left - MARGIN.right);
  }

  #y(value, scale) {
    const { height } = this.#size;
    return MARGIN.top + (1 - value / scale.top) * (height - MARGIN.top - MARGIN.bottom);
  }

  #drawAxes(scale, paint) {
    const context = this.#context;
    const { width, height } = this.#size;
    context.lineWidth = 1;
    context.strokeStyle = paint("--grid");
    context.fillStyle = paint("--muted");
    context.font = `11px ${paint("font-family") || "sans-serif"}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of scale.ticks) {
      const y = Math.round(this.#y(tick, scale)) + 0.5;
      this.#stroke([[MARGIN.left, y], [width - MARGIN.right, y]]);
      context.fillText(formatTick(tick), MARGIN.left - 6, y);
    }
    context.textBaseline = "alphabetic";
    for (const [ago_ms, text, align] of X_LABELS) {
      context.textAlign = align;
      context.fillText(text, this.#x(this.#now_ms - ago_ms), height - 4);
    }
  }

  #drawLine({ points, isDashed }, scale, colour) {
    const context = this.#context;
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = isDashed ? 1.5 : 2;
    context.lineJoin = "round";
    context.setLineDash(isDashed ? [4, 3] : []);
    for (const run of runsOf(points, this.#now_ms - SPAN_MS)) {
      const path = run.map(({ time_ms, value }) => [this.#x(time_ms), this.#y(value, scale)]);
      if (path.length > 1) this.#stroke(path);
      else context.fillRect(path[0][0] - 1, path[0][1] - 1, 2, 2);
    }
    context.setLineDash([]);
  }

  #drawCursor(scale, paint) {
    const context = this.#context;
    const x = Math.round(this.#x(this.#cursor_ms)) + 0.5;
    context.strokeStyle = paint("--muted");
    context.lineWidth = 1;
    this.#stroke([[x, MARGIN.top], [x, this.#size.height - MARGIN.bottom]]);
    for (const { points, colour } of this.#lines) {
      const near = nearest(points, this.#cursor_ms);
      if (near?.value == null) continue;
      context.fillStyle = paint(colour);
      context.beginPath();
      context.arc(this.#x(near.time_ms), this.#y(near.value, scale), 3, 0, 2 * Math.PI);
      context.fill();
    }
  }

  #stroke(path) {
    this.#context.beginPath();
    path.forEach(([x, y], index) => (index ? this.#context.lineTo(x, y) : this.#context.moveTo(x, y)));
    this.#context.stroke();
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = devicePixelRatio || 1;
    this.#size = { width, height };
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.draw();
  }

  #listen() {
    const canvas = this.#canvas;
    canvas.addEventListener("pointermove", ({ offsetX }) => this.#move(this.#timeAt(offsetX)));
    canvas.addEventListener("pointerleave", () => this.#move(null));
    canvas.addEventListener("blur", () => this.#move(null));
    canvas.addEventListener("keydown", (event) => {
      const step_ms = { ArrowLeft: -1000, ArrowRight: 1000, PageUp: -10_000, PageDown: 10_000 }[event.key];
      if (event.key === "Escape") this.#move(null);
      if (!step_ms) return;
      event.preventDefault();
      this.#move(this.#clamp((this.#cursor_ms ?? this.#now_ms) + step_ms));
    });
  }

  #move(time_ms) {
    this.dispatchEvent(new CustomEvent("cursor", { detail: time_ms }));
  }

  #timeAt(x) {
    const share = (x - MARGIN.left) / (this.#size.width - MARGIN.left - MARGIN.right);
    return this.#clamp(this.#now_ms - (1 - share) * SPAN_MS);
  }

  #clamp(time_ms) {
    return Math.min(this.#now_ms, Math.max(this.#now_ms - SPAN_MS, time_ms));
  }
}

/** The sample within two seconds of a time, or undefined. */
function nearest(points, time_ms) {
  let best;
  for (const point of points) {
    const distance_ms = Math.abs(point.time_ms - time_ms);
    if (distance_ms < Math.min(2000, Math.abs((best?.time_ms ?? -Infinity) - time_ms))) best = point;
  }
  return best;
}

/** Cuts a line where a sample is missing, so that a break of the connection shows as one. */
function runsOf(points, since_ms) {
  const runs = [];
  let last_ms = -Infinity;
  for (const point of points) {
    if (point.value === null || point.value === undefined || point.time_ms < since_ms) continue;
    if (point.time_ms - last_ms > GAP_MS) runs.push([]);
    runs.at(-1).push(point);
    last_ms = point.time_ms;
  }
  return runs;
}
