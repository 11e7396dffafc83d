// WebRtcEndpoints without a browser behind them: made, negotiated with a recorded offer, gathered, never connected.
import { readFileSync } from 'node:fs';

export const CHROMIUM_OFFER = readFileSync(new URL('../data/chromium-offer.sdp', import.meta.url), 'utf8');

export async function negotiatedEndpoint(rpc, mediaPipeline) {
  const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline });
  await rpc.invoke(endpoint, 'processOffer', { offer: CHROMIUM_OFFER });
  await rpc.invoke(endpoint, 'gatherCandidates');
  return endpoint;
}

export const times = (count, make) => Promise.all(Array.from({ length: count }, (_, index) => make(index)));

// The port of the server's first UDP candidate.
export async function mediaPort(rpc, mediaPipeline) {
  const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline });
  const found = new Promise((resolve) => {
    rpc.on(endpoint, 'IceCandidateFound', ({ candidate: { candidate } }) => {
      const [, , transport, , address, port] = candidate.split(' ');
      if (transport.toLowerCase() === 'udp' && address === '127.0.0.1') resolve(Number(port));
    });
  });
  await rpc.invoke(endpoint, 'processOffer', { offer: CHROMIUM_OFFER });
  await rpc.invoke(endpoint, 'gatherCandidates');
  return found;
}
