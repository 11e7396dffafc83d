// What the soak is asked for.
import { parseArgs } from 'node:util';

export const USAGE = `usage: tests/soak/run.mjs [MINUTES] [OPTION…]

Keeps a server busy for some minutes (10) while things go wrong, and then looks whether it is what it was at the start.

  --peers N      that are there at a time (200)
  --clients N    applications that they belong to (10)
  --loss SHARE   of all datagrams between peers and server, both ways (0.02)
  --seed N       of who comes and goes, of what is lost, and of the faults and their order (drawn, and printed)
  --fault NAME   this one alone, again and again; may be given more than once (all of tests/soak/faults)
  --no-browser   without the page of Chromium
`;

const number = (text, least, most, name) => {
  const value = Number(text);
  if (!(value >= least && value <= most)) throw new Error(`${name}: '${text}' is not a number from ${least} to ${most}`);
  return value;
};

export function parse(words) {
  const { values, positionals } = parseArgs({
    args: words, allowPositionals: true,
    options: {
      peers: { type: 'string', default: '200' }, clients: { type: 'string', default: '10' }, loss: { type: 'string', default: '0.02' },
      seed: { type: 'string' }, fault: { type: 'string', multiple: true }, 'no-browser': { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
    },
  });
  if (positionals.length > 1) throw new Error(`one number of minutes, not ${positionals.join(' ')}`);
  return {
    help: values.help, browser: !values['no-browser'], faults: values.fault,
    minutes: number(positionals[0] ?? 10, 1, 7 * 24 * 60, 'minutes'),
    peers: number(values.peers, 5, 2000, '--peers'),
    clients: number(values.clients, 2, 100, '--clients'),
    loss: number(values.loss, 0, 0.5, '--loss'),
    seed: number(values.seed ?? 1 + Math.floor(Math.random() * 1e6), 1, 2 ** 31, '--seed'),
  };
}
