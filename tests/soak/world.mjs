// Everything that a soak needs around the server, and the server: made in this order, and closed in the other.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect } from '../e2e/lib/rpc.mjs';
import { startServer } from '../e2e/lib/server.mjs';
import { Store } from '../e2e/lib/store.mjs';
import { Clock } from './clock.mjs';
import { Disk } from './disk.mjs';
import { Turn } from './turn.mjs';

const run = promisify(execFile);
const COLLECTOR_S = 10;  // sessions without a connection are released after that
const PICTURES_S = 10;

// Coded pictures that publishers send over and over.
async function makePictures(file) {
  await run('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', `testsrc=size=320x240:rate=15:duration=${PICTURES_S}`,
    '-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '150k', '-g', '30', file]);
  return file;
}

export class World {
  static async open() {
    const world = new World();
    await run('ip', ['link', 'set', 'lo', 'up']);
    world.home = await mkdtemp(join(tmpdir(), 'soak-'));
    const at = (name) => join(world.home, name);
    await mkdir(at('folder'));
    world.disk = await Disk.mount(at('disk'));
    world.store = await Store.open();
    world.turn = await Turn.open();
    world.clock = await Clock.open(world.home);
    world.server = await startServer({
      mediaServer: { resources: { garbageCollectorPeriod: COLLECTOR_S } }, env: world.clock.environment,
    });
    world.rpc = await connect(world.server.url);
    world.surroundings = {
      pictures: await makePictures(at('pictures.ivf')), turn: Turn.url,
      folder: at('folder'), disk: world.disk.path, store: { url: world.store.address(''), folder: world.store.file('') },
    };
    return world;
  }

  // What the server still holds for others than us.
  async left() {
    const [sessions, pipelines] = await Promise.all(['getSessions', 'getPipelines'].map((what) => this.rpc.invoke('manager_ServerManager', what)));
    return { sessions: sessions.length - 1, pipelines: pipelines.length };
  }

  // Until nothing is held, for so long at the most; gives what is.
  async empty(most_s) {
    const deadline = performance.now() + 1000 * most_s;
    let left;
    do {
      await sleep(500);
      left = await this.left();
    } while ((left.sessions > 0 || left.pipelines > 0) && performance.now() < deadline);
    return left;
  }

  // One recording into the store, of the pictures that all publishers send. Connections to a store that is no longer used stay until
  // the next upload, which closes those that are old or dead.
  async upload() {
    const { rpc, store, surroundings } = this;
    const pipeline = await rpc.create('MediaPipeline');
    const player = await rpc.create('PlayerEndpoint', { mediaPipeline: pipeline, uri: `file://${surroundings.pictures}` });
    const recorder = await rpc.create('RecorderEndpoint', { mediaPipeline: pipeline, uri: store.address('last.webm') });
    await rpc.invoke(player, 'connect', { sink: recorder });
    await rpc.invoke(recorder, 'record');
    await rpc.invoke(player, 'play');
    await sleep(2000);
    await rpc.invoke(recorder, 'stopAndWait');
    await rpc.release(pipeline);
  }

  async close() {
    await this.turn.close();
    await this.store.close();
  }
}
