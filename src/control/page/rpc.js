// JSON-RPC 2.0 over a WebSocket that comes back by itself after a break.
//
// Requests made while the connection is down wait for it. Those that were on their way when it broke are sent
// again under the same id, if the server still knows the session: it answers a repeated id from its cache and
// does not run it twice. Everything is rejected after REQUEST_TIMEOUT_MS.

const REQUEST_TIMEOUT_MS = 20_000; // as long as the server keeps an answer for a repeated request
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;
const MAX_PENDING = 1024; // more are refused at once

export class RpcError extends Error {
  constructor(message, { code = 0, type = "", method = "" } = {}) {
    super(message);
    this.name = "RpcError";
    this.code = code;
    this.type = type;
    this.method = method;
  }
}

/**
 * Events: `state` (connecting, open, broken or closed), `traffic` ({kind, message, method, elapsed_ms}) for
 * every message either way, and `notification` (the message) for what the server says unasked.
 */
export class RpcClient extends EventTarget {
  #url;
  #greet;
  #socket = null;
  #pending = new Map();
  #nextId = 1;
  #retries = 0;
  #retryTimer = 0;

  state = "closed";
  closeReason = "";

  /**
   * `greet()` runs on each new connection before anything else is sent, and resolves to whether the server
   * still knows what was asked before the break.
   */
  constructor(url, greet) {
    super();
    this.#url = url;
    this.#greet = greet;
  }

  get url() {
    return this.#url;
  }

  open() {
    clearTimeout(this.#retryTimer);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => this.#begin(socket);
    socket.onmessage = ({ data }) => socket === this.#socket && this.#receive(data);
    socket.onclose = (event) => socket === this.#socket && this.#broke(event);
    this.#enter("connecting");
  }

  /** Ends the connection for good: whatever is pending is rejected. */
  close() {
    clearTimeout(this.#retryTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#rejectPending(() => true, "The connection was closed.");
    this.#enter("closed");
  }

  /** Gives up on a connection that went silent, or on the wait for the next attempt, and tries at once. */
  reopen() {
    if (this.state === "closed") return;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#rejectPending((request) => request.isGreeting, "The connection was replaced.");
    this.open();
  }

  /** Resolves to the result; rejects with an RpcError. A greeting is sent before the connection counts as open. */
  request(method, params = {}, { isGreeting = false } = {}) {
    if (this.#pending.size >= MAX_PENDING) {
      return Promise.reject(new RpcError("Too many requests wait for the server.", { type: "BUSY", method }));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const request = { id, method, resolve, reject, isGreeting, sentAt: 0 };
      request.message = { jsonrpc: "2.0", id, method, params };
      request.timer = setTimeout(
        () => this.#reject(request, `The server did not answer “${method}”.`, "TIMEOUT"), REQUEST_TIMEOUT_MS);
      this.#pending.set(id, request);
      if (isGreeting || this.state === "open") this.#send(request);
    });
  }

  async #begin(socket) {
    let isResumed = false;
    try {
      isResumed = await this.#greet();
    } catch {
      socket.close(); // onclose tries again later
      return;
    }
    if (socket !== this.#socket) return;
    this.#retries = 0;
    this.closeReason = "";
    if (!isResumed) this.#rejectPending((request) => request.sentAt > 0, "The server forgot this session.", "INVALID_SESSION");
    this.state = "open";
    for (const request of [...this.#pending.values()]) this.#send(request); // before those that the news brings about
    this.#enter("open");
  }

  #send(request) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return; // #begin sends it on the next connection
    request.sentAt = performance.now();
    this.#tell({ kind: "request", message: request.message, method: request.method });
    this.#socket.send(JSON.stringify(request.message));
  }

  #receive(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      this.#tell({ kind: "event", message: { notJson: String(text).slice(0, 2000) }, method: "(not JSON)" });
      return;
    }
    if (message?.method) {
      this.#tell({ kind: "event", message, method: message.method });
      this.dispatchEvent(new CustomEvent("notification", { detail: message }));
    } else {
      this.#settle(message);
    }
  }

  #settle(message) {
    const request = this.#pending.get(message?.id);
    const method = request?.method ?? "(unknown request)";
    const elapsed_ms = request ? performance.now() - request.sentAt : 0;
    this.#tell({ kind: "answer", message, method, elapsed_ms, request: request?.message });
    if (!request) return;
    this.#drop(request);
    if (message.error) {
      const { message: sentence, code, data } = message.error;
      request.reject(new RpcError(sentence ?? "The server reported an error.", { code, type: data?.type, method }));
    } else {
      request.resolve(message.result ?? {});
    }
  }

  #broke(event) {
    this.#socket = null;
    this.closeReason = event.reason;
    this.#rejectPending((request) => request.isGreeting, "The connection broke.");
    const pause_ms = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#retries++) * (0.75 + Math.random() / 2);
    this.#retryTimer = setTimeout(() => this.open(), pause_ms);
    this.#enter("broken");
  }

  #rejectPending(isMeant, sentence, type = "CONNECTION_LOST") {
    for (const request of [...this.#pending.values()]) {
      if (isMeant(request)) this.#reject(request, sentence, type);
    }
  }

  #reject(request, sentence, type) {
    this.#drop(request);
    request.reject(new RpcError(sentence, { type, method: request.method }));
  }

  #drop(request) {
    clearTimeout(request.timer);
    this.#pending.delete(request.id);
  }

  #enter(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }

  #tell(traffic) {
    this.dispatchEvent(new CustomEvent("traffic", { detail: { ...traffic, time: new Date() } }));
  }
}
