// A client of the Kurento protocol, raw JSON-RPC over a WebSocket. Runs in pages and in Node, which hands in its own
// WebSocket class.

const OPEN = 1;

export class RpcError extends Error {
  constructor({ code, message, data }, method) {
    super(`${method}: ${code} ${message}`);
    Object.assign(this, { code, data, text: message });
  }
}

export class Rpc {
  #next = 0;
  #waiting = new Map();
  #listeners = new Map();

  static open(url, Socket = globalThis.WebSocket) {
    return new Promise((resolve, reject) => {
      const socket = new Socket(url);
      socket.onopen = () => resolve(new Rpc(socket));
      socket.onerror = () => reject(new Error(`cannot connect to ${url}`));
    });
  }

  // This client's session, which is `sessionId`, by a new connection: what was listened to is told there.
  async resume(url, sessionId, Socket = globalThis.WebSocket) {
    const resumed = await Rpc.open(url, Socket);
    resumed.#listeners = this.#listeners;
    resumed.#next = this.#next;  // a number of before would be answered as it was then
    await resumed.call('connect', { sessionId });
    return resumed;
  }

  constructor(socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => { socket.onclose = resolve; });
    this.closed.then(() => this.#abandon());
    socket.onerror = () => {};
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
  }

  call(method, params = {}) {
    if (this.socket.readyState !== OPEN) return Promise.reject(new Error(`${method}: connection closed`));
    const id = ++this.#next;
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { method, resolve, reject }));
  }

  async create(type, constructorParams = {}) {
    return (await this.call('create', { type, constructorParams })).value;
  }

  async invoke(object, operation, operationParams = {}) {
    return (await this.call('invoke', { object, operation, operationParams })).value;
  }

  release(object) { return this.call('release', { object }); }

  // The listener is in place before the subscription, for an event may overtake the answer.
  async on(object, type, listener) {
    this.#listeners.set(`${object} ${type}`, listener);
    await this.call('subscribe', { object, type });
  }

  close() {
    this.socket.close();
    return this.closed;
  }

  #receive(message) {
    if (message.method === 'onEvent') {
      const { object, type, data } = message.params.value;
      this.#listeners.get(`${object} ${type}`)?.(data);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) waiting?.reject(new RpcError(message.error, waiting.method));
    else waiting?.resolve(message.result);
  }

  #abandon() {
    for (const { method, reject } of this.#waiting.values()) reject(new Error(`${method}: connection closed`));
    this.#waiting.clear();
  }
}
