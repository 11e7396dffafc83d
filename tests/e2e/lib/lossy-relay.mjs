// Hands datagrams on from a pair of ports (RTP and RTCP) to another, and loses some of the media: the same ones for a seed.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Random } from './random.mjs';

export class LossyRelay {
  // `loss` is a share; reports are not lost.
  static async open(port, target, { loss, seed }) {
    const relay = Object.assign(new LossyRelay(), { sockets: [], passed: 0, lost: 0 });
    const random = new Random(seed);
    for (const offset of [0, 1]) {
      const socket = createSocket('udp4');
      socket.on('message', (datagram) => {
        if (offset === 0 && random.below(10000) < loss * 10000) {
          ++relay.lost;
          return;
        }
        ++relay.passed;
        socket.send(datagram, target + offset, '127.0.0.1');
      });
      socket.bind(port + offset, '127.0.0.1');
      await once(socket, 'listening');
      relay.sockets.push(socket);
    }
    return relay;
  }

  close() {
    for (const socket of this.sockets) socket.close();
  }
}
