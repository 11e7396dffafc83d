// A WebSocket for frames that no honest client sends: strings go out as they are, answers come back in order.
import { once } from 'node:events';
import { WebSocket } from 'ws';

const ANSWER_MS = 5000;

export class RawSocket {
  #answers = [];
  #waiting = [];

  static async open(url) {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new RawSocket(socket);
  }

  constructor(socket) {
    this.socket = socket;
    this.closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const answer = JSON.parse(data);
      if (this.#waiting.length > 0) this.#waiting.shift()(answer);
      else this.#answers.push(answer);
    });
  }

  send(frame) { this.socket.send(frame); }

  next() {
    if (this.#answers.length > 0) return Promise.resolve(this.#answers.shift());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer')), ANSWER_MS);
      this.#waiting.push((answer) => { clearTimeout(timer); resolve(answer); });
    });
  }

  ask(frame) {
    this.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
    return this.next();
  }

  async close() {
    this.socket.close();
    return this.closed;
  }
}
