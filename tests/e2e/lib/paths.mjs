import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const ROOT = here('../../..');
export const E2E = here('..');
export const OUT = here('../out');
export const KASKADO = process.env.KASKADO ?? here('../../../build/kaskado');
