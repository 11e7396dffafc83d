// Endpoints come and go for as long as one likes, and the memory that they took comes back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { negotiatedEndpoint, times } from './lib/endpoints.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

const ENDPOINTS = 50;
const ROUNDS = 200;
const FIRST_ROUNDS = { from: 10, to: 50 };
const LAST_ROUNDS = { from: 150, to: ROUNDS };
const MAX_GROWTH_KB = 512;
// The few freed chunks that the heap keeps at hand for each thread hold back a page each. Which ones these are is chance, and
// makes up to some MB; without them the figure says what is left.
const WITHOUT_CACHES = { GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0' };

// The server gives free pages back every 5 s: after the last round it has had two of those times, or is low enough before.
const GIVE_BACK_MS = 12000;

async function lowest(read, enough_kb) {
  const deadline = performance.now() + GIVE_BACK_MS;
  let least_kb = Infinity;
  while (least_kb > enough_kb && performance.now() < deadline) {
    least_kb = Math.min(least_kb, await read());
    await sleep(200);
  }
  return least_kb;
}

const ofRounds = (figures, { from, to }) => figures.slice(from - 1, to);

describe('churn', () => {
  // Answers to recent requests are kept for 20 s by design; filling that cache is not what is measured here.
  const server = useServer({ mediaServer: { resources: { disableRequestCache: true } }, env: WITHOUT_CACHES });

  test(`${ENDPOINTS} endpoints, ${ROUNDS} times: resident memory comes back to what the first rounds took`, async (t) => {
    const rpc = await connect(server.url);
    const resident_kb = [];
    for (let round = 1; round <= ROUNDS; ++round) {
      const pipeline = await rpc.create('MediaPipeline');
      const endpoints = await times(ENDPOINTS, () => negotiatedEndpoint(rpc, pipeline));
      await times(ENDPOINTS, (index) =>
        rpc.invoke(endpoints[index], 'connect', { sink: endpoints[(index + 1) % ENDPOINTS] }));
      // Every other round releases one by one, and the rest with their pipeline.
      if (round % 2) await times(ENDPOINTS, (index) => rpc.release(endpoints[index]));
      await rpc.release(pipeline);
      resident_kb.push(await server.resident_kb());
    }
    // What a round leaves differs by some hundred kB, up and down: a leak is what no later round comes back from.
    const first_kb = Math.max(...ofRounds(resident_kb, FIRST_ROUNDS));
    const last_kb = Math.min(...ofRounds(resident_kb, LAST_ROUNDS), await lowest(() => server.resident_kb(), first_kb + MAX_GROWTH_KB));
    t.diagnostic(`resident: at most ${first_kb} kB in the first rounds, at least ${last_kb} kB in the last ones`);
    assert.ok(last_kb <= first_kb + MAX_GROWTH_KB,
      `resident memory grew: ${resident_kb}, ${JSON.stringify(await server.memory_kb())}`);
    const left = await rpc.invoke('manager_ServerManager', 'getPipelines');
    assert.deepEqual(left, [], 'no pipeline is left');
    await rpc.close();
  });

  test('sessions that come and go leave nothing behind', async () => {
    await times(20, async () => {
      const rpc = await connect(server.url);
      const pipeline = await rpc.create('MediaPipeline');
      await negotiatedEndpoint(rpc, pipeline);
      await rpc.call('closeSession', { release: true });
      await rpc.close();
    });
    const rpc = await connect(server.url);
    assert.deepEqual(await rpc.invoke('manager_ServerManager', 'getPipelines'), []);
    await rpc.close();
  });
});
