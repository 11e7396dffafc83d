// Servers and peers behind NATs of four kinds each: every pair of them, by each type of candidate of the server's. Where
// the kinds of NAT let nothing through without a relay, nothing is expected.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHROMIUM_OFFER } from './lib/endpoints.mjs';
import { KINDS, NatLab, Peers, TURN_ADDRESS, whyNot } from './lib/nat-lab.mjs';
import { connect } from './lib/rpc.mjs';
import { startServer } from './lib/server.mjs';

const CONNECTED_MS = 3000;
const HEARD_FRAMES = 20;  // 0.4 s of sound
const TURN = { udp: `user:secret@${TURN_ADDRESS}:3478?transport=udp`, tcp: `user:secret@${TURN_ADDRESS}:3478?transport=tcp`, tls: `user:secret@${TURN_ADDRESS}:5349?transport=tls` };

const is = (type) => (candidate) => candidate.includes(` typ ${type}`) && / UDP /i.test(candidate);
// `takes`: which of the server's candidates the peer is told; `through`: whether NATs of these kinds, the server's and the
// peer's, let it through.
const WAYS = {
  host: { takes: is('host'), through: (_, peer) => peer === 'full-cone' },
  srflx: {
    takes: is('srflx'),
    // Nobody can guess a port of a symmetric NAT, and a port-restricted one lets nobody in who has not guessed right.
    through: (...kinds) => !kinds.includes('symmetric') || kinds.includes('full-cone') || kinds.includes('restricted'),
  },
  'relay by UDP': { takes: is('relay'), turn: TURN.udp, confined: true, through: () => true },
  'relay by TCP': { takes: is('relay'), turn: TURN.tcp, confined: true, through: () => true },
  'relay by TLS': { takes: is('relay'), turn: TURN.tls, confined: true, through: () => true },
  'whatever there is': { takes: () => true, turn: TURN.udp, through: () => true },
};

const refusal = await whyNot();

describe('NAT', { skip: refusal || false }, () => {
  const lab = new NatLab();
  const servers = {}, peers = {};

  before(async () => {
    await lab.open();
    await Promise.all(KINDS.flatMap((kind, i) => [
      lab.site(kind, 10 + i).then(async (site) => {
        const server = await startServer({
          command: site.host.command(), address: site.control, port: 8888,
          modules: { WebRtcEndpoint: `networkInterfaces=eth0\nstunServerAddress=${TURN_ADDRESS}\n`, HttpEndpoint: `serverAddress=${site.control}\nserverPort=0\n` },
        });
        servers[kind] = { site, server, rpc: await connect(server.url) };
      }),
      lab.site(kind, 20 + i).then(async (site) => { peers[kind] = { site, all: await new Peers().open(site) }; }),
    ]));
  });
  after(async () => {
    for (const { all } of Object.values(peers)) all.close();
    for (const { rpc, server } of Object.values(servers)) { await rpc.close(); await server.stop(); }
    await lab.close();
  });

  // A peer whose own sound comes back to it.
  async function call(server, peer, { takes, turn = '' }) {
    const { rpc } = servers[server];
    const pipeline = await rpc.create('MediaPipeline');
    const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    await rpc.invoke(endpoint, 'setTurnUrl', { turnUrl: turn });
    await rpc.invoke(endpoint, 'connect', { sink: endpoint });
    const one = peers[peer].all.add();
    const offer = await one.offer();
    const began = performance.now();
    const connected = one.connected(2 * CONNECTED_MS).then(() => performance.now() - began);
    connected.catch(() => {});
    const answer = await rpc.invoke(endpoint, 'processOffer', { offer });
    one.answer(answer);
    await rpc.on(endpoint, 'IceCandidateFound', ({ candidate: { candidate } }) => { if (takes(candidate)) one.candidate(candidate); });
    await rpc.invoke(endpoint, 'gatherCandidates');
    const leave = async () => { one.close(); await rpc.release(pipeline); };
    return { one, rpc, endpoint, connected, leave };
  }
  async function expectMedia(one, ms = 3000) {
    await one.heard();
    let heard = 0;
    for (const end = performance.now() + ms; heard < HEARD_FRAMES && performance.now() < end;) {
      await sleep(100);
      heard += await one.heard();
    }
    assert.ok(heard >= HEARD_FRAMES, `${heard} frames of sound came back`);
  }

  for (const [name, way] of Object.entries(WAYS)) {
    for (const server of KINDS) {
      const through = KINDS.filter((peer) => way.through(server, peer));
      test(`${name}: a server behind a ${server} NAT, peers behind ${through.join(', ')}`, async () => {
        if (way.confined) await servers[server].site.confine(true);
        try {
          await Promise.all(through.map(async (peer) => {
            const { one, rpc, endpoint, connected, leave } = await call(server, peer, way);
            try {
              const took_ms = await connected;
              assert.ok(took_ms < CONNECTED_MS, `${peer}: connected after ${Math.round(took_ms)} ms`);
              await expectMedia(one);
              const [pair] = await rpc.invoke(endpoint, 'getICECandidatePairs');
              if (way.confined) assert.match(pair.localCandidate, / typ relay/, `${peer}: ${JSON.stringify(pair)}`);
            } catch (error) {
              error.message = `peer behind ${peer}: ${error.message}`;
              throw error;
            } finally {
              await leave();
            }
          }));
        } finally {
          if (way.confined) await servers[server].site.confine(false);
        }
      });
    }
  }

  test('an address that the server gets is told while the session goes on, and no more when it is gone', async () => {
    const { rpc, site } = servers.symmetric;
    const candidates = async (pipeline) => {
      const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
      const found = [];
      await rpc.on(endpoint, 'IceCandidateFound', ({ candidate: { candidate } }) => found.push(candidate));
      await rpc.invoke(endpoint, 'processOffer', { offer: CHROMIUM_OFFER });
      await rpc.invoke(endpoint, 'gatherCandidates');
      return found;
    };
    const pipeline = await rpc.create('MediaPipeline');
    const early = await candidates(pipeline);
    const tells = (found) => found.some((candidate) => candidate.includes(' 10.1.13.7 '));
    assert.ok(!tells(early));
    await site.host.sh('ip addr add 10.1.13.7/24 dev eth0');
    for (let waited_ms = 0; !tells(early) && waited_ms < 3000; waited_ms += 50) await sleep(50);
    assert.ok(tells(early), 'the session that was there');
    assert.ok(tells(await candidates(pipeline)), 'the next session');
    await site.host.sh('ip addr del 10.1.13.7/24 dev eth0');
    await sleep(1000);
    assert.ok(!tells(await candidates(pipeline)), 'the one after');
    await rpc.release(pipeline);
  });

  test('a link that is cut for five seconds: sound comes back', async () => {
    const { one, connected, leave } = await call('port-restricted', 'port-restricted', WAYS['whatever there is']);
    try {
      await connected;
      await expectMedia(one);
      await servers['port-restricted'].site.cut(5000);
      await expectMedia(one, 8000);
    } finally {
      await leave();
    }
  });

  test('the peer\'s NAT gets another address: sound comes back', async () => {
    const { one, connected, leave } = await call('full-cone', 'restricted', WAYS.srflx);
    try {
      await connected;
      await expectMedia(one);
      await peers.restricted.site.move('198.18.0.71');
      await expectMedia(one, 15000);
    } finally {
      await leave();
    }
  });
});
