// Stores, pages and cameras behind TLS. A store or page whose certificate is of a trusted authority is used, any other is
// refused; of cameras libavformat cannot be made to ask.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeAuthority } from './lib/authority.mjs';
import { startCamera } from './lib/camera.mjs';
import { makeFile, useFolder } from './lib/media-files.mjs';
import { probeWhole } from './lib/recordings.mjs';
import { connect } from './lib/rpc.mjs';
import { freePort, startServer } from './lib/server.mjs';
import { Events } from './lib/stage.mjs';
import { Store } from './lib/store.mjs';

class Client {
  static async of(server) { return Object.assign(new Client(), { rpc: await connect(server.url), pipelines: [] }); }

  async pipeline() {
    this.pipelines.push(await this.rpc.create('MediaPipeline'));
    return this.pipelines.at(-1);
  }
  // The element and what it tells.
  async element(type, params, ...told) {
    const id = await this.rpc.create(type, params);
    const events = new Events();
    for (const name of ['Error', ...told]) await this.rpc.on(id, name, (event) => events.take({ ...event, error: event.type, type: name }));
    return { id, events };
  }
  async end() {
    for (const pipeline of this.pipelines) await this.rpc.release(pipeline);
    await this.rpc.close();
  }
}

const told = (type) => (seen) => seen.some((event) => event.type === type);
const flows = (seen) => seen.some(({ type, state }) => type === 'MediaFlowOutStateChanged' && state === 'FLOWING');

describe('behind TLS', () => {
  const folder = useFolder();
  let authority, store, camera, trusting, distrusting;

  const cameraAddress = () => `rtsps://eye:secret@127.0.0.1:${camera.port}/live`;

  before(async () => {
    authority = await makeAuthority(folder.path);
    store = await Store.open(authority);
    camera = await startCamera(await freePort(), '--certificate', authority.certificate, '--key', authority.key, '--user', 'eye', '--password', 'secret');
    trusting = await startServer({ mediaServer: { trustedCertificates: authority.authority } });
    distrusting = await startServer();
  });
  after(async () => {
    await camera?.kill();
    await store?.close();
    for (const server of [trusting, distrusting]) await server?.stop();
  });

  async function record(client, name) {
    const pipeline = await client.pipeline();
    const player = await client.element('PlayerEndpoint', { mediaPipeline: pipeline, uri: `file://${await makeFile(folder.path, 'vp8-opus.webm', 4)}` }, 'EndOfStream');
    const recorder = await client.element('RecorderEndpoint', { mediaPipeline: pipeline, uri: store.address(name), mediaProfile: 'WEBM' }, 'Stopped');
    await client.rpc.invoke(player.id, 'connect', { sink: recorder.id });
    await client.rpc.invoke(recorder.id, 'record');
    await client.rpc.invoke(player.id, 'play');
    return { player, recorder };
  }

  test('a recording goes to a store and is played from there', async () => {
    const client = await Client.of(trusting);
    const { player, recorder } = await record(client, 'clip.webm');
    await player.events.until(told('EndOfStream'), 'the end of the file');
    await client.rpc.invoke(recorder.id, 'stopAndWait');
    assert.deepEqual((await probeWhole(store.file('clip.webm'))).streams, ['vp8', 'opus']);
    const again = await client.element('PlayerEndpoint', { mediaPipeline: await client.pipeline(), uri: store.address('clip.webm') }, 'EndOfStream');
    await client.rpc.invoke(again.id, 'play');
    await again.events.until(told('EndOfStream'), 'the end of the recording', 10000);
    assert.deepEqual([player, recorder, again].flatMap(({ events }) => events.seen.filter(({ type }) => type === 'Error')), []);
    await client.end();
  });

  test('a camera is played', async () => {
    const client = await Client.of(trusting);
    const player = await client.element('PlayerEndpoint', { mediaPipeline: await client.pipeline(), uri: cameraAddress() }, 'MediaFlowOutStateChanged');
    await client.rpc.invoke(player.id, 'play');
    await player.events.until(flows, 'media', 15000);
    await client.end();
  });

  test('a store whose certificate nobody trusts is refused, and said so', async () => {
    const client = await Client.of(distrusting);
    const { recorder } = await record(client, 'refused.webm');
    await recorder.events.until(told('Error'), 'an error of the recorder', 10000);
    const player = await client.element('PlayerEndpoint', { mediaPipeline: await client.pipeline(), uri: store.address('clip.webm') }, 'MediaFlowOutStateChanged');
    await client.rpc.invoke(player.id, 'play');
    await player.events.until(told('Error'), 'an error of the player', 10000);
    assert.ok(!player.events.seen.some(({ type }) => type === 'MediaFlowOutStateChanged'), 'nothing is played');
    assert.match(recorder.events.seen[0].description, /certificate/i);
    await client.end();
  });
});
