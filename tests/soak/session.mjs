// One client's session with the server. It outlives the connection that it is on: whoever asks while there is none waits
// for the next.
import { connect, resume } from '../e2e/lib/rpc.mjs';

export class Session {
  static async open(url) {
    const session = new Session();
    session.url = url;
    const rpc = await connect(url);
    session.id = (await rpc.call('connect')).sessionId;
    session.rpc = Promise.resolve(rpc);
    return session;
  }

  async create(...wanted) { return (await this.rpc).create(...wanted); }
  async invoke(...wanted) { return (await this.rpc).invoke(...wanted); }
  async release(object) { return (await this.rpc).release(object); }
  async on(...wanted) { return (await this.rpc).on(...wanted); }

  // Without a word of parting, as where a network goes; what is under way fails. Then another connection.
  async cut() {
    const lost = await this.rpc;
    lost.socket.terminate();
    await lost.closed;
    this.rpc = resume(lost, this.url, this.id);
    return this.rpc;
  }

  // Tells the server, which releases all that the session holds; or leaves that to the garbage collector.
  async close({ tell }) {
    const rpc = await this.rpc;
    if (tell) await rpc.call('closeSession', { release: true });
    await rpc.close();
  }
}
