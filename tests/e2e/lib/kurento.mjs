// Kurento's own Node clients, unmodified, with the packages of modules that there are for them.
import { createRequire } from 'node:module';

const MODULES = {
  6: ['chroma', 'crowddetector', 'platedetector', 'pointerdetector'],
  7: ['chroma', 'datachannelexample'],
};

export function loadKurento(generation) {
  const kurento = createRequire(new URL(`../clients/kurento-${generation}/package.json`, import.meta.url))('kurento-client');
  for (const module of MODULES[generation]) kurento.register(`kurento-module-${module}`);
  return kurento;
}
