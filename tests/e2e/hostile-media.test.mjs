// Anything may arrive at a media port: it is counted and dropped, writes no log and disturbs nobody.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { useBrowser } from './lib/browser-pages.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { mediaPort } from './lib/endpoints.mjs';
import { assertNoErrors, assertPicture, assertStats } from './lib/media-checks.mjs';
import { Random } from './lib/random.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';

const DATAGRAMS = 20000;
const MAX_LOG_BYTES = 64 * 1024;
// First bytes by which RFC 7983 tells STUN, DTLS, TURN channels, RTP and RTCP apart, and some that mean nothing.
const FIRST_BYTES = [0, 1, 20, 21, 22, 23, 64, 79, 128, 144, 191, 4, 255];
const STUN_COOKIE = Buffer.from([0x21, 0x12, 0xa4, 0x42]);

function hostileDatagram(random) {
  const bytes = random.bytes(random.below(8) === 0 ? random.below(1500) : random.below(120));
  if (bytes.length > 0) bytes[0] = FIRST_BYTES[random.below(FIRST_BYTES.length)];
  if (bytes.length > 24 && bytes[0] < 2 && random.below(2)) {
    STUN_COOKIE.copy(bytes, 4);
    bytes.writeUInt16BE(bytes.length - 20, 2);
  }
  return bytes;
}

describe('bad input on the media port', () => {
  const server = useServer();
  const { open } = useBrowser(launchChromium);

  test('a loopback runs on while strangers send nonsense', async () => {
    const rpc = await connect(server.url);
    const port = await mediaPort(rpc, await rpc.create('MediaPipeline'));
    const page = await open();
    const media = page.evaluate((url) => window.peer.loopback(url), server.url);
    const socket = createSocket('udp4');
    const send = promisify(socket.send.bind(socket));
    const random = new Random(7);
    const logged = (await server.log()).length;
    for (let sent = 0; sent < DATAGRAMS; ++sent) await send(hostileDatagram(random), port, '127.0.0.1');
    await send(Buffer.alloc(60000, 0x80), port, '127.0.0.1');
    const { picture, stats } = await media;
    socket.close();
    assertPicture(picture);
    assertStats(stats, 'VP8');
    assertNoErrors(page);
    assert.equal((await rpc.call('ping')).value, 'pong');
    const written = (await server.log()).length - logged;
    assert.ok(written < MAX_LOG_BYTES, `${DATAGRAMS} bad datagrams wrote ${written} bytes of log`);
    await page.close();
    await rpc.close();
  });
});
