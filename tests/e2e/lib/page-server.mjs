// Serves tests/e2e/pages on a free loopback port, which browsers count as a secure context.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';

const TYPES = { html: 'text/html', js: 'text/javascript' };

export async function servePages() {
  const server = createServer(async (request, response) => {
    const name = request.url === '/' ? 'peer.html' : request.url.slice(1);
    if (!/^[a-z-]+\.(html|js)$/.test(name)) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[name.split('.')[1]] });
    response.end(await readFile(new URL(`../pages/${name}`, import.meta.url)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
