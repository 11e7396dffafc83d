// All faults: each has a name, and strikes {crowd, disk, store, turn, clock, server, pause}.
import * as clientKilled from './client-killed.mjs';
import * as clockStepped from './clock-stepped.mjs';
import * as diskFull from './disk-full.mjs';
import * as serverStopped from './server-stopped.mjs';
import * as socketCut from './socket-cut.mjs';
import * as storeGone from './store-gone.mjs';
import * as turnGone from './turn-gone.mjs';

const ALL = {
  'client-killed': clientKilled, 'clock-stepped': clockStepped, 'disk-full': diskFull, 'server-stopped': serverStopped,
  'socket-cut': socketCut, 'store-gone': storeGone, 'turn-gone': turnGone,
};

// Those with these names, or all.
export function choose(names = Object.keys(ALL)) {
  const unknown = names.filter((name) => !(name in ALL));
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(', ')} (there are: ${Object.keys(ALL).join(', ')})`);
  return names.map((name) => ALL[name]);
}
