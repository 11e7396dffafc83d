// What the browser and the server each count about a call, brought into one shape, once a second.
//
// Totals: {time_ms, rtt_ms, up, down, picture}; `up` is browser → server, `down` is server → browser, each
// {bytes, packets, lost, frames}. A count that a side does not report is null, and so is what follows from it.

const INTERVAL_MS = 1000;
const KEPT_SAMPLES = 120; // two minutes

const newFlow = () => ({ bytes: null, packets: null, lost: null, frames: null });

function add(flow, name, amount) {
  if (Number.isFinite(amount)) flow[name] = (flow[name] ?? 0) + amount;
}

/** From an RTCStatsReport, or any iterable of its entries. */
export function browserTotals(report) {
  const entries = new Map(report);
  const totals = { time_ms: 0, rtt_ms: null, up: newFlow(), down: newFlow(), picture: null };
  for (const entry of entries.values()) {
    totals.time_ms = Math.max(totals.time_ms, entry.timestamp ?? 0);
    browserReaders[entry.type]?.(totals, entry, entries);
  }
  return totals;
}

const browserReaders = {
  "outbound-rtp"({ up }, entry) {
    add(up, "bytes", entry.bytesSent);
    add(up, "packets", entry.packetsSent);
    if (entry.kind === "video") add(up, "frames", entry.framesEncoded);
  },
  "remote-inbound-rtp"(totals, entry) {
    add(totals.up, "lost", entry.packetsLost);
    if (entry.kind === "video" && entry.roundTripTimeMeasurements > 0) totals.rtt_ms = entry.roundTripTime * 1000; // fresher than ICE's
  },
  "inbound-rtp"(totals, entry, entries) {
    add(totals.down, "bytes", entry.bytesReceived);
    add(totals.down, "packets", entry.packetsReceived);
    add(totals.down, "lost", entry.packetsLost);
    if (entry.kind !== "video") return;
    add(totals.down, "frames", entry.framesDecoded);
    totals.picture = pictureOf(entry, entries);
  },
  "candidate-pair"(totals, entry) {
    const isInUse = entry.nominated && entry.state === "succeeded";
    if (isInUse && Number.isFinite(entry.currentRoundTripTime)) totals.rtt_ms ??= entry.currentRoundTripTime * 1000;
  },
};

function pictureOf(entry, entries) {
  const codec = entries.get(entry.codecId)?.mimeType?.split("/")[1] ?? "";
  return { codec, width: entry.frameWidth ?? 0, height: entry.frameHeight ?? 0 };
}

/** From the value of the server's getStats, which is null before negotiation. */
export function serverTotals(value) {
  const totals = { time_ms: 0, rtt_ms: null, up: newFlow(), down: newFlow(), picture: null };
  for (const entry of Object.values(value ?? {})) {
    totals.time_ms = Math.max(totals.time_ms, Number(entry.timestampMillis) || 0);
    serverReaders[entry.type]?.(totals, entry);
  }
  return totals;
}

const serverReaders = {
  inboundrtp({ up }, entry) {
    add(up, "bytes", entry.bytesReceived);
    add(up, "packets", entry.packetsReceived);
    add(up, "lost", Math.max(0, entry.packetsLost));
  },
  outboundrtp(totals, entry) {
    add(totals.down, "bytes", entry.bytesSent);
    add(totals.down, "packets", entry.packetsSent);
    add(totals.down, "lost", Math.max(0, entry.packetsLost));
    // Seconds; 0 until the first report of the receiver.
    if (entry.roundTripTime > 0) totals.rtt_ms = Math.max(totals.rtt_ms ?? 0, entry.roundTripTime * 1000);
  },
};

/** What happened between two totals of one side: {rtt_ms, picture, up, down}, each flow {bitrate_bps, loss_percent, fps}. */
export function ratesBetween(before, after) {
  const seconds = before ? (after.time_ms - before.time_ms) / 1000 : 0;
  const flow = (name) => (seconds > 0 ? flowRates(before[name], after[name], seconds) : noRates());
  return { rtt_ms: after.rtt_ms, picture: after.picture, up: flow("up"), down: flow("down") };
}

const noRates = () => ({ bitrate_bps: null, loss_percent: null, fps: null });

function flowRates(before, after, seconds) {
  const grown = (name) => growth(before[name], after[name]);
  const bytes = grown("bytes");
  const frames = grown("frames");
  return {
    bitrate_bps: bytes === null ? null : (bytes * 8) / seconds,
    loss_percent: lossPercent(grown("packets"), before.lost, after.lost),
    fps: frames === null ? null : frames / seconds,
  };
}

/** Null if a count is missing or fell, as it does when a stream went away. */
function growth(before, after) {
  if (after === null) return null;
  const grown = after - (before ?? 0);
  return grown < 0 ? null : grown;
}

/** Duplicates make the count of lost packets fall: that is no loss. */
function lossPercent(packets, lostBefore, lostAfter) {
  if (packets === null || lostAfter === null) return null;
  const lost = Math.max(0, lostAfter - (lostBefore ?? 0));
  return packets + lost === 0 ? null : (100 * lost) / (packets + lost);
}

/** Samples one call each second. Events: `sample` with {time_ms, browser, server}, which `samples` keeps for two minutes. */
export class CallStats extends EventTarget {
  #session;
  #call;
  #before = { browser: null, server: null };
  #timer = 0;
  #isBusy = false;

  samples = [];

  constructor(session, call) {
    super();
    this.#session = session;
    this.#call = call;
  }

  start() {
    this.#timer = setInterval(() => this.#sample(), INTERVAL_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
  }

  /** Which of "up" and "down" the call has. */
  get directions() {
    return [this.#call.sends && "up", this.#call.receives && "down"].filter(Boolean);
  }

  get isRunning() {
    return this.#timer !== 0;
  }

  async #sample() {
    if (this.#isBusy || this.#call.status.signalling !== "done") return;
    this.#isBusy = true;
    const [browser, server] = await Promise.all([this.#readBrowser(), this.#readServer()]);
    this.#isBusy = false;
    if (this.isRunning) this.#keep({ time_ms: Date.now(), browser, server });
  }

  async #readBrowser() {
    const report = await this.#call.peer.getStats().catch(() => []);
    return this.#rates("browser", browserTotals(report));
  }

  async #readServer() {
    if (this.#session.rpc.state !== "open") return null; // the charts show a gap
    const value = await this.#session.invoke(this.#call.endpoint, "getStats").catch(() => null);
    return value && this.#rates("server", serverTotals(value));
  }

  #rates(side, totals) {
    const rates = ratesBetween(this.#before[side], totals);
    this.#before[side] = totals;
    return rates;
  }

  #keep(sample) {
    this.samples.push(sample);
    if (this.samples.length > KEPT_SAMPLES) this.samples.shift();
    const flow = this.#call.receives ? sample.browser.down : sample.browser.up;
    this.#call.noteTraffic(flow.bitrate_bps > 0);
    this.dispatchEvent(new CustomEvent("sample", { detail: sample }));
  }
}
