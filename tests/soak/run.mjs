#!/usr/bin/env node
// The soak, in namespaces of its own: its mounts, its network and its processes go with it, however it ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, USAGE } from './options.mjs';

const SOAK = fileURLToPath(new URL('soak.mjs', import.meta.url));
const APART = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc',
  ...(process.getuid() === 0 ? [] : ['--user', '--map-root-user'])];

async function runs(command, args, options) {
  const child = spawn(command, args, options);
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

// Out of the terminal's reach, whose Ctrl-C would be for each of its processes: the first one lets it come to its verdict.
async function runApart(args, options) {
  const child = spawn('unshare', [...APART, ...args], { ...options, stdio: ['pipe', 'inherit', 'inherit'], detached: true });
  const end = () => child.kill('SIGKILL');  // and with it, by --kill-child, all that is in its namespaces
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, end);
  process.once('SIGINT', () => {
    console.error('coming to the end; once more to end at once');
    child.stdin.write('stop\n');
    process.on('SIGINT', end);
  });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

async function main(words) {
  const options = parse(words);
  if (options.help) return void process.stdout.write(USAGE);
  if ((await runs('unshare', [...APART, 'true'], { stdio: 'ignore' })) !== 0) {
    console.log('  skipped namespaces of its own are not allowed here\n0 passed, 0 failed, 1 skipped');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'kaskado-soak-'));
  try {
    process.exitCode = await runApart([process.execPath, SOAK, JSON.stringify(options)], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, TMPDIR: folder } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 2;
});
