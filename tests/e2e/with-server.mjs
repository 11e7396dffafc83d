#!/usr/bin/env node
// Starts a server, runs a command with every {url} in it replaced by the server's, and ends the server.
//   node with-server.mjs COMMAND ARGUMENT…
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startServer } from './lib/server.mjs';

const server = await startServer();
const [command, ...args] = process.argv.slice(2).map((word) => word.replaceAll('{url}', server.url));
const [code] = await once(spawn(command, args, { stdio: 'inherit' }), 'exit');
try {
  await server.stop();
  process.exitCode = code ?? 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
