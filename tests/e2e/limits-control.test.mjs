// How much clients may take: quotas, sessions that are kept apart, the machine's limits, and a server that is drained.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { negotiatedEndpoint, times } from './lib/endpoints.mjs';
import { connect } from './lib/rpc.mjs';
import { startServer } from './lib/server.mjs';

const NOT_ENOUGH_RESOURCES = 40009;
const resourcesGone = (text) => (error) => {
  assert.equal(error.code, NOT_ENOUGH_RESOURCES, error.message);
  assert.match(error.text, text);
  return true;
};

async function withServer(settings, run) {
  const server = await startServer(settings);
  try {
    await run(server, await connect(server.url));
  } finally {
    if (!server.end) await server.stop();
  }
}

async function until(condition, what) {
  for (let tries = 0; tries < 200; ++tries) {
    if (await condition()) return;
    await sleep(50);
  }
  assert.fail(what);
}

// Resolves to the exit code.
const ended = async (server) => {
  if (server.child.exitCode === null) await once(server.child, 'exit');
  return server.child.exitCode;
};

const withSettings = (mediaServer, run) => withServer({ mediaServer }, run);
const withQuotas = (sessions, run) => withSettings({ sessions }, run);

describe('quotas and limits', () => {
  test('a session has no more objects than it may, and media goes on', () =>
    withQuotas({ maxObjects: 4, maxPipelines: 1 }, async (server, rpc) => {
      const pipeline = await rpc.create('MediaPipeline');
      await assert.rejects(rpc.create('MediaPipeline'), resourcesGone(/maxPipelines is 1/));
      const endpoints = await times(3, () => negotiatedEndpoint(rpc, pipeline));
      await assert.rejects(rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline }), resourcesGone(/maxObjects is 4/));
      await rpc.invoke(endpoints[0], 'connect', { sink: endpoints[1] });
      await rpc.release(endpoints[2]);
      await negotiatedEndpoint(rpc, pipeline);
      const other = await connect(server.url);
      await other.create('MediaPipeline');
    }));

  test('requests past the rate are refused, and soon taken again', () => withQuotas({ maxRequestsPerSecond: 20 }, async (server, rpc) => {
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => rpc.call('ping')));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    assert.ok(refused.length >= 70 && refused.length <= 80, `${refused.length} of 100 refused`);
    resourcesGone(/maxRequestsPerSecond is 20/)(refused[0].reason);
    await sleep(500);
    assert.equal((await rpc.call('ping')).value, 'pong');
  }));

  test('isolated sessions find and hear of their own alone', () => withQuotas({ isolated: true }, async (server, rpc) => {
    const pipeline = await rpc.create('MediaPipeline');
    const mine = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    const other = await connect(server.url);
    const heard = [];
    await other.on('manager_ServerManager', 'ObjectCreated', (event) => heard.push(event));
    const notFound = (error) => error.code === 40101 || assert.fail(error.message);
    await assert.rejects(other.invoke(mine, 'getName'), notFound);
    await assert.rejects(other.create('WebRtcEndpoint', { mediaPipeline: pipeline }), notFound);
    const theirs = await other.create('MediaPipeline');
    const sink = await other.create('WebRtcEndpoint', { mediaPipeline: theirs });
    await assert.rejects(rpc.invoke(mine, 'connect', { sink }), notFound);
    await rpc.create('PassThrough', { mediaPipeline: pipeline });
    assert.deepEqual(await other.invoke('manager_ServerManager', 'getPipelines'), [theirs]);
    assert.equal((await other.invoke('manager_ServerManager', 'getSessions')).length, 1);
    assert.equal(heard.length, 2, 'its own pipeline and endpoint');
    await other.release(pipeline);
    assert.match(await rpc.invoke(pipeline, 'getName'), /MediaPipeline/);
  }));

  test('beyond exceptionLimit there are no new objects, and what is there goes on', () =>
    withSettings({ resources: { memoryBudget: 1 } }, async (server, rpc) => {
      await assert.rejects(rpc.create('MediaPipeline'), resourcesGone(/Too much memory: \d+ of 1 MiB \(exceptionLimit is 0\.8\)/));
      assert.equal((await rpc.call('ping')).value, 'pong');
    }));

  test('beyond killLimit the server ends with its last pipeline, for another to take its place', () =>
    withSettings({ resources: { exceptionLimit: 0, killLimit: 0.5, memoryBudget: 2 } }, async (server, rpc) => {
      const pipeline = await rpc.create('MediaPipeline');
      await rpc.release(pipeline);
      assert.equal(await ended(server), 75);
      assert.match(await server.log(), /Too much memory.*the last pipeline is gone: the server ends/);
    }));
});

describe('draining', () => {
  test('SIGUSR1 takes no new pipelines, waits for the old ones, and ends with 0', () => withSettings({}, async (server, rpc) => {
    const pipeline = await rpc.create('MediaPipeline');
    server.child.kill('SIGUSR1');
    await until(async () => /draining; pipelines left: 1/.test(await server.log()), 'it is logged');
    await assert.rejects(rpc.create('MediaPipeline'), resourcesGone(/draining/));
    await negotiatedEndpoint(rpc, pipeline);
    await sleep(1500);
    assert.equal(server.child.exitCode, null, 'the old pipeline keeps it');
    await rpc.release(pipeline);
    assert.equal(await ended(server), 0);
    assert.equal((await rpc.closed).code, 1001);
  }));

  test('kaskado.drain does the same', () => withSettings({}, async (server, rpc) => {
    const pipeline = await rpc.create('MediaPipeline');
    assert.deepEqual(await rpc.call('kaskado.drain'), { pipelines: 1 });
    await assert.rejects(rpc.create('MediaPipeline'), resourcesGone(/draining/));
    await rpc.release(pipeline);
    assert.equal(await ended(server), 0);
  }));

  test('a server without pipelines ends at once', () => withSettings({}, async (server) => {
    server.child.kill('SIGUSR1');
    assert.equal(await ended(server), 0);
  }));
});
