// A camera of gst-rtsp-server on the loopback interface: clients/camera.py says what it takes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { E2E } from './paths.mjs';

export async function startCamera(port, ...options) {
  const child = spawn('/usr/bin/python3', [join(E2E, 'clients/camera.py'), String(port), ...options],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), exited.then(() => { throw new Error('the camera ended'); })]);
  return { port, kill: async () => { child.kill('SIGKILL'); await exited; } };
}
