// Two WebRtcEndpoints that are connected to each other by their client, as in a cascade of servers.

// Trickles from one end to the other; what is found before the other end has a description waits.
async function trickle(from, to, ready, takes) {
  const sent = [];
  await from.rpc.on(from.endpoint, 'IceCandidateFound', ({ candidate }) => {
    if (!takes(candidate.candidate)) return;
    sent.push(ready.then(() => to.rpc.invoke(to.endpoint, 'addIceCandidate', { candidate })));
    from.candidates.push(candidate.candidate);
  });
  return sent;
}

function connected({ rpc, endpoint }, timeout_ms = 10000) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${endpoint} is not connected in time`)), timeout_ms);
    rpc.on(endpoint, 'ConnectionStateChanged', ({ newState }) => {
      if (newState !== 'CONNECTED') return;
      clearTimeout(timer);
      resolve();
    }).catch(reject);
  });
}

export async function makeEnd(rpc, pipeline) {
  const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
  return { rpc, pipeline, endpoint, candidates: [] };
}

// `a` offers; each is told what `takes` says of the other's candidates. Gives the time it took from the offer until both were
// connected.
export async function link(a, b, takes = () => true) {
  let describe;
  const described = new Promise((resolve) => { describe = resolve; });
  const sent = [await trickle(a, b, described, takes), await trickle(b, a, described, takes)];
  const both = Promise.all([connected(a), connected(b)]);
  const before = performance.now();
  const offer = await a.rpc.invoke(a.endpoint, 'generateOffer');
  const answer = await b.rpc.invoke(b.endpoint, 'processOffer', { offer });
  await a.rpc.invoke(a.endpoint, 'processAnswer', { answer });
  describe();
  await Promise.all([a, b].map(({ rpc, endpoint }) => rpc.invoke(endpoint, 'gatherCandidates')));
  await both;
  const took_ms = performance.now() - before;
  await Promise.all(sent.flat());
  return took_ms;
}
