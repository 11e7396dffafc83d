import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const ROOT = here('../../..');
export const E2E = here('..');
export const OUT = join(dirname(process.argv[1]), 'out');  // beside what runs: the soak and end-to-end tests have their own
export const KASKADO = process.env.KASKADO ?? here('../../../build/kaskado');
