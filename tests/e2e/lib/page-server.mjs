// Serves tests/e2e/pages on a free loopback port, which browsers count as a secure context, and images for filters: one
// of each colour of COLOURS, and the photograph of a face.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { png } from './png.mjs';

export const COLOURS = { red: [255, 0, 0], lime: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255], black: [0, 0, 0] };

const TYPES = { html: 'text/html', js: 'text/javascript', png: 'image/png', jpg: 'image/jpeg' };
const FOLDERS = { html: '../pages/', js: '../pages/', jpg: '../../../filters/testdata/' };

async function content(name, type) {
  if (type !== 'png') return readFile(new URL(`${FOLDERS[type]}${name}`, import.meta.url)).catch(() => null);
  const colour = COLOURS[name.split('.')[0]];
  return colour ? png(colour) : null;
}

export async function servePages() {
  const server = createServer(async (request, response) => {
    const name = request.url === '/' ? 'peer.html' : request.url.slice(1);
    const type = /^[a-z-]+\.(html|js|png|jpg)$/.exec(name)?.[1];
    const found = type ? await content(name, type) : null;
    if (!found) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[type] });
    response.end(found);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
