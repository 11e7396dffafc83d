// A link that loses, delays and queues, as a UDP relay between one browser's connection and the server.
import dgram from 'node:dgram';
import { once } from 'node:events';
import { Random } from './random.mjs';

// One direction: `loss` of 1, `delay_ms` one way, `rate_bps` (0: any) with room for `queue_ms`.
class Direction {
  #free_ms = 0;
  #waiting = [];
  #timer = null;

  constructor(shape, random, deliver) {
    Object.assign(this, { shape, random, deliver, sent: 0, lost: 0, overflowed: 0 });
  }

  send(datagram) {
    const now = performance.now();
    const { loss = 0, delay_ms = 0, rate_bps = 0, queue_ms = 200 } = this.shape;
    ++this.sent;
    let due = now + delay_ms;
    if (rate_bps > 0) {
      const starts = Math.max(now, this.#free_ms);
      if (starts - now > queue_ms) return void ++this.overflowed;
      this.#free_ms = starts + (datagram.length * 8000) / rate_bps;
      due = this.#free_ms + delay_ms;
    }
    if (this.random() < loss) return void ++this.lost;
    this.#waiting.push({ due, datagram });
    if (!this.#timer) this.#wait();
  }

  // In order: each is due no earlier than the one before it.
  #wait() {
    if (this.#waiting.length === 0) return void (this.#timer = null);
    this.#timer = setTimeout(() => {
      const now = performance.now();
      while (this.#waiting.length > 0 && this.#waiting[0].due <= now) this.deliver(this.#waiting.shift().datagram);
      this.#wait();
    }, Math.max(this.#waiting[0].due - performance.now(), 0));
  }

  close() { clearTimeout(this.#timer); }
}

export class Link {
  static async open({ up = {}, down = {}, seed = 1 } = {}) {
    const link = new Link();
    [link.near, link.far] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')];
    for (const socket of [link.near, link.far]) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      socket.setRecvBufferSize(1 << 20);
    }
    const drawn = new Random(seed);
    const random = () => drawn.next() / 2 ** 32;
    link.up = new Direction(up, random, (datagram) => link.server && link.far.send(datagram, link.server.port, link.server.address));
    link.down = new Direction(down, random, (datagram) => link.peer && link.near.send(datagram, link.peer.port, link.peer.address));
    link.near.on('message', (datagram, { address, port }) => {
      link.peer = { address, port };
      link.up.send(datagram);
    });
    link.far.on('message', (datagram) => link.down.send(datagram));
    return link;
  }

  // The server's candidate, leading through the link; null for those that cannot.
  lead(candidate) {
    const fields = candidate.candidate.split(' ');
    if (fields[2].toLowerCase() !== 'udp' || !/^\d+(\.\d+){3}$/.test(fields[4])) return null;
    if (this.server) return null;  // one of the server's addresses is enough
    this.server = { address: fields[4], port: Number(fields[5]) };
    fields[4] = '127.0.0.1';
    fields[5] = String(this.near.address().port);
    return { ...candidate, candidate: fields.join(' ') };
  }

  close() {
    for (const direction of [this.up, this.down]) direction.close();
    for (const socket of [this.near, this.far]) socket.close();
  }
}
