// Endpoints come and go for as long as one likes, and the memory that they took comes back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { negotiatedEndpoint, times } from './lib/endpoints.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

const ENDPOINTS = 50;
const ROUNDS = 200;
const WARM_UP_ROUNDS = 10;
const MAX_GROWTH_KB = 1024;
// The few freed chunks that the heap keeps at hand for each thread hold back a page each. Which ones these are is chance, and
// makes up to some MB; without them the figure says what is left.
const WITHOUT_CACHES = { GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0' };
const GIVE_BACK_MS = 12000;

// The server gives free pages back every 5 s: the figure after two of those times, or as soon as it is low enough.
async function settled(read, allowed_kb) {
  const deadline = Date.now() + GIVE_BACK_MS;
  for (;;) {
    const now_kb = await read();
    if (now_kb <= allowed_kb || Date.now() > deadline) return now_kb;
    await sleep(200);
  }
}

describe('churn', () => {
  // Answers to recent requests are kept for 20 s by design; filling that cache is not what is measured here.
  const server = useServer({ mediaServer: { resources: { disableRequestCache: true } }, env: WITHOUT_CACHES });

  test(`${ENDPOINTS} endpoints, ${ROUNDS} times: resident memory stays where round ${WARM_UP_ROUNDS} left it`, async (t) => {
    const rpc = await connect(server.url);
    let warm;
    for (let round = 1; round <= ROUNDS; ++round) {
      const pipeline = await rpc.create('MediaPipeline');
      const endpoints = await times(ENDPOINTS, () => negotiatedEndpoint(rpc, pipeline));
      await times(ENDPOINTS, (index) =>
        rpc.invoke(endpoints[index], 'connect', { sink: endpoints[(index + 1) % ENDPOINTS] }));
      // Every other round releases one by one, and the rest with their pipeline.
      if (round % 2) await times(ENDPOINTS, (index) => rpc.release(endpoints[index]));
      await rpc.release(pipeline);
      if (round === WARM_UP_ROUNDS) warm = await server.memory_kb();
    }
    const allowed_kb = warm.Rss + MAX_GROWTH_KB;
    const end_kb = await settled(() => server.resident_kb(), allowed_kb);
    t.diagnostic(`resident: ${warm.Rss} kB after round ${WARM_UP_ROUNDS}, ${end_kb} kB after round ${ROUNDS}`);
    assert.ok(end_kb <= allowed_kb, `resident memory grew: ${JSON.stringify(warm)}, ${JSON.stringify(await server.memory_kb())}`);
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
