// A Kurento session: the protocol's verbs as functions, events handed to whoever asked for them, pings, and the
// session taken up again after a break of the connection.

import { RpcClient } from "./rpc.js";

const PING_INTERVAL_MS = 20_000;
const INVALID_SESSION = 40007;

/** Events: `lost` when the server has forgotten the session, and with it every object that was made in it. */
export class Session extends EventTarget {
  #listeners = new Map(); // object id → event type → handlers
  #pingTimer = 0;

  id = "";
  serverId = "";

  constructor(url) {
    super();
    this.rpc = new RpcClient(url, () => this.#greet());
    this.rpc.addEventListener("notification", ({ detail }) => this.#deliver(detail.params?.value));
  }

  open() {
    this.rpc.open();
    this.#pingTimer = setInterval(() => this.#ping(), PING_INTERVAL_MS);
  }

  /** Ends the session and everything in it, without waiting for the answer: the page may be going away. */
  end() {
    clearInterval(this.#pingTimer);
    if (this.id) this.#request("closeSession", { release: true }).catch(() => {});
    this.rpc.close();
    this.id = "";
  }

  /** Resolves to the id of the new object. */
  async create(type, constructorParams = {}) {
    return (await this.#request("create", { type, constructorParams })).value;
  }

  /** Resolves to the operation's value: null if it has none. */
  async invoke(object, operation, operationParams) {
    return (await this.#request("invoke", { object, operation, operationParams })).value ?? null;
  }

  /** `handler(data)` is in place before the server is asked: an event may come before the answer. */
  async subscribe(object, type, handler) {
    const types = this.#listeners.get(object) ?? new Map();
    this.#listeners.set(object, types.set(type, [...(types.get(type) ?? []), handler]));
    await this.#request("subscribe", { object, type });
  }

  /** Releases an object and its children. What is gone already is released as well as it can be. */
  async release(object) {
    for (const id of [...this.#listeners.keys()]) {
      if (id === object || id.startsWith(`${object}/`)) this.#listeners.delete(id);
    }
    await this.#request("release", { object });
  }

  #request(method, params) {
    return this.rpc.request(method, this.id ? { ...params, sessionId: this.id } : params);
  }

  async #greet() {
    if (this.id && (await this.#resume())) return true;
    const { sessionId, serverId } = await this.rpc.request("connect", {}, { isGreeting: true });
    this.id = sessionId;
    this.serverId = serverId;
    return false;
  }

  async #resume() {
    try {
      await this.rpc.request("connect", { sessionId: this.id }, { isGreeting: true });
      return true;
    } catch (error) {
      if (error.code !== INVALID_SESSION) throw error;
      this.id = "";
      this.#listeners.clear();
      this.dispatchEvent(new Event("lost"));
      return false;
    }
  }

  async #ping() {
    if (this.rpc.state !== "open") return;
    try {
      await this.#request("ping", { interval: PING_INTERVAL_MS });
    } catch (error) {
      if (error.type === "TIMEOUT") this.rpc.reopen();
    }
  }

  #deliver(event) {
    const handlers = this.#listeners.get(event?.object)?.get(event.type) ?? [];
    for (const handler of handlers) handler(event.data ?? {});
  }
}
