// RtpEndpoint against FFmpeg and GStreamer, in the clear and sealed, as senders and receivers; and a browser's media to
// and from such peers.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { after, before, describe as suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { COLOURS } from './lib/page-server.mjs';
import { connect } from './lib/rpc.mjs';
import { CODECS, describe, freePair, listens, payloadTypeOf, portsOf, usePrograms } from './lib/rtp-peers.mjs';
import { useServer } from './lib/server.mjs';
import { Events, useStage } from './lib/stage.mjs';

const SUITES = {
  AES_128_CM_HMAC_SHA1_80: { sdp: 'AES_CM_128_HMAC_SHA1_80', bytes: 30, cipher: 'aes-128-icm', auth: 'hmac-sha1-80' },
  AES_128_CM_HMAC_SHA1_32: { sdp: 'AES_CM_128_HMAC_SHA1_32', bytes: 30, cipher: 'aes-128-icm', auth: 'hmac-sha1-32' },
  AES_256_CM_HMAC_SHA1_80: { sdp: 'AES_256_CM_HMAC_SHA1_80', bytes: 46, cipher: 'aes-256-icm', auth: 'hmac-sha1-80' },
  AES_256_CM_HMAC_SHA1_32: { sdp: 'AES_256_CM_HMAC_SHA1_32', bytes: 46, cipher: 'aes-256-icm', auth: 'hmac-sha1-32' },
};
const keyOf = (name, seed) => Buffer.from(Array.from({ length: SUITES[name].bytes }, (_, i) => 32 + (i * 7 + seed) % 90));

// A pipeline of a suite's own, in which one endpoint's media goes to another.
function useLine(server) {
  const line = {};
  before(async () => {
    line.rpc = await connect(server.url);
    line.pipeline = await line.rpc.create('MediaPipeline');
  });
  after(() => line.rpc?.close());
  line.make = (params = {}) => line.rpc.create('RtpEndpoint', { mediaPipeline: line.pipeline, ...params });
  line.answer = (endpoint, offer) => line.rpc.invoke(endpoint, 'processOffer', { offer });
  // Endpoints for a sender and a receiver of one codec; the port to send to, and what the receiver is told.
  line.between = async ({ codec, from = {}, to = {} }) => {
    const [source, sink] = [await line.make(from.params), await line.make(to.params)];
    await line.rpc.invoke(source, 'connect', { sink });
    const port = await freePair();
    const answer = await line.answer(sink, describe({ codec, port, direction: 'recvonly', ...to.offer }));
    const sent = await line.answer(source, describe({ codec, port: await freePair(), direction: 'sendonly', ...from.offer }));
    const told = describe({ codec, port, direction: 'sendonly', ...to.offer, lines: answer.match(/^a=crypto:.*(?=\r)/gm) ?? [] });
    return { source, sink, port: portsOf(sent)[0], receiverPort: port, told, ssrc: answer.match(/^a=ssrc:(\d+)/m)[1] };
  };
  return line;
}

suite('RtpEndpoint', () => {
  const server = useServer();
  const line = useLine(server);
  const programs = usePrograms();

  for (const codec of Object.keys(CODECS)) {
    test(`${codec} from FFmpeg to FFmpeg`, async () => {
      const { port, told } = await line.between({ codec });
      const receiver = await programs.receive(told);
      const sender = await programs.send(codec, `rtp://127.0.0.1:${port}`);
      await receiver.succeeds();
      await sender.stop();
    });
  }

  const GSTREAMER = {
    VP8: { send: 'videotestsrc is-live=true ! vp8enc deadline=1 keyframe-max-dist=15 ! rtpvp8pay pt=96', receive: 'rtpvp8depay ! vp8dec' },
    VP9: { send: 'videotestsrc is-live=true ! vp9enc deadline=1 keyframe-max-dist=15 ! rtpvp9pay pt=96', receive: 'rtpvp9depay ! vp9dec' },
    H264: { send: 'videotestsrc is-live=true ! openh264enc gop-size=15 ! rtph264pay pt=96 config-interval=-1', receive: 'rtph264depay ! h264parse ! openh264dec' },
    opus: { send: 'audiotestsrc is-live=true ! opusenc ! rtpopuspay pt=96', receive: 'rtpopusdepay ! opusdec' },
    PCMU: { send: 'audiotestsrc is-live=true ! audioconvert ! audioresample ! mulawenc ! rtppcmupay pt=0', receive: 'rtppcmudepay ! mulawdec' },
    PCMA: { send: 'audiotestsrc is-live=true ! audioconvert ! audioresample ! alawenc ! rtppcmapay pt=8', receive: 'rtppcmadepay ! alawdec' },
  };
  const capsOf = (codec) => {
    const [name, clock] = CODECS[codec].rtpmap.split('/');
    return `media=${CODECS[codec].kind},clock-rate=${clock},encoding-name=${name.toUpperCase()},payload=${payloadTypeOf(codec)}`;
  };
  for (const [codec, { send, receive }] of Object.entries(GSTREAMER)) {
    test(`${codec} from GStreamer to GStreamer`, async () => {
      const { port, receiverPort } = await line.between({ codec });
      const receiver = programs.gst(`udpsrc address=127.0.0.1 port=${receiverPort} caps=application/x-rtp,${capsOf(codec)} ` +
        `! rtpjitterbuffer latency=50 ! ${receive} ! fakesink num-buffers=20 sync=false`);
      const sender = programs.gst(`${send} ! udpsink host=127.0.0.1 port=${port}`);
      await receiver.succeeds();
      await sender.stop();
    });
  }

  for (const [name, { sdp, bytes, cipher, auth }] of Object.entries(SUITES)) {
    const [peersKey, serversKey] = [keyOf(name, 1), keyOf(name, 2)];
    const sealed = (key) => ({
      params: { crypto: { keyBase64: serversKey.toString('base64'), crypto: name } },
      offer: { protocol: 'RTP/SAVP', lines: [`a=crypto:1 ${sdp} inline:${key.toString('base64')}`] },
    });

    test(`${name} from and to GStreamer`, async () => {
      const { port, receiverPort, ssrc } = await line.between({ codec: 'VP8', from: sealed(peersKey), to: sealed(peersKey) });
      const parameters = `srtp-cipher=${cipher},srtp-auth=${auth},srtcp-cipher=${cipher},srtcp-auth=hmac-sha1-80`;
      const receiver = programs.gst(`udpsrc address=127.0.0.1 port=${receiverPort} caps=application/x-srtp,${capsOf('VP8')},` +
        `ssrc=(uint)${ssrc},srtp-key=(buffer)${serversKey.toString('hex')},${parameters} ! srtpdec ! rtpvp8depay ! vp8dec ! fakesink num-buffers=20 sync=false`);
      const sender = programs.gst(`${GSTREAMER.VP8.send} ! srtpenc key=${peersKey.toString('hex')} rtp-cipher=${cipher} ` +
        `rtp-auth=${auth} rtcp-cipher=${cipher} rtcp-auth=hmac-sha1-80 ! udpsink host=127.0.0.1 port=${port}`);
      await receiver.succeeds();
      await sender.stop();
    });

    if (bytes !== 30) continue;  // what FFmpeg knows
    test(`${name} from and to FFmpeg`, async () => {
      const { port, told } = await line.between({ codec: 'VP8', from: sealed(peersKey), to: sealed(peersKey) });
      assert.match(told, new RegExp(`a=crypto:1 ${sdp} inline:`));
      const receiver = await programs.receive(told);
      const sender = await programs.send('VP8', `srtp://127.0.0.1:${port}`,
        { options: ['-srtp_out_suite', sdp, '-srtp_out_params', peersKey.toString('base64')] });
      await receiver.succeeds();
      await sender.stop();
    });
  }

  test('What is sealed with another key does not get through', async () => {
    const name = 'AES_128_CM_HMAC_SHA1_80';
    const { source, port } = await line.between({ codec: 'PCMU', from: {
      params: { crypto: { crypto: name } },
      offer: { protocol: 'RTP/SAVP', lines: [`a=crypto:1 ${SUITES[name].sdp} inline:${keyOf(name, 1).toString('base64')}`] } } });
    const sender = await programs.send('PCMU', `srtp://127.0.0.1:${port}`,
      { options: ['-srtp_out_suite', SUITES[name].sdp, '-srtp_out_params', keyOf(name, 5).toString('base64')] });
    const drops = async () => {
      const told = JSON.stringify(await line.rpc.call('kaskado.shardStatistics'));
      return [...told.matchAll(/"srtp_authentication":(\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
    };
    for (const end = Date.now() + 10000; await drops() < 20 && Date.now() < end;) await sleep(100);
    assert.ok(await drops() >= 20, 'its packets have come');
    assert.equal(await line.rpc.invoke(source, 'getMediaState'), 'DISCONNECTED');
    await sender.stop();
  });

  test('Sound is encoded for a peer that does not know the codec', async () => {
    const [source, sink] = [await line.make(), await line.make()];
    await line.rpc.invoke(source, 'connect', { sink });
    const port = await freePair();
    await line.answer(sink, describe({ codec: 'PCMA', port, direction: 'recvonly' }));
    const [target] = portsOf(await line.answer(source, describe({ codec: 'opus', port: await freePair(), direction: 'sendonly' })));
    const receiver = await programs.receive(describe({ codec: 'PCMA', port }));
    const sender = await programs.send('opus', `rtp://127.0.0.1:${target}`);
    await receiver.succeeds();
    await sender.stop();
  });

  test('A peer that connects is sent to where it sends from, and followed', async () => {
    const [source, sink] = [await line.make(), await line.make()];
    await line.rpc.invoke(source, 'connect', { sink });
    const answer = await line.answer(sink, describe({ codec: 'PCMU', port: 9, lines: ['a=direction:active'] }));
    assert.match(answer, /a=direction:passive/);
    const [target] = portsOf(answer);
    const [from] = portsOf(await line.answer(source, describe({ codec: 'PCMU', port: await freePair(), direction: 'sendonly' })));
    const sender = await programs.send('PCMU', `rtp://127.0.0.1:${from}`);
    let sequence = 1;
    const packet = (ssrc) => {
      const bytes = Buffer.alloc(172);
      bytes.writeUInt8(0x80, 0);
      bytes.writeUInt16BE(sequence, 2);
      bytes.writeUInt32BE(160 * sequence++, 4);
      bytes.writeUInt32BE(ssrc, 8);
      return bytes;
    };
    const peer = async () => {
      const socket = createSocket('udp4').bind(0, '127.0.0.1');
      await once(socket, 'listening');
      return { socket, got: () => once(socket, 'message', { signal: AbortSignal.timeout(5000) }), say: (ssrc) => socket.send(packet(ssrc), target, '127.0.0.1') };
    };
    const [first, second, stranger] = [await peer(), await peer(), await peer()];
    first.say(77);
    await first.got();
    stranger.say(78);
    await first.got();
    second.say(77);
    await second.got();
    let strangers = 0;
    stranger.socket.on('message', () => ++strangers);
    await second.got();
    assert.equal(strangers, 0);
    for (const { socket } of [first, second, stranger]) socket.close();
    await sender.stop();
  });

  test('A camera that is started again goes on, from another port and with another SSRC', async () => {
    const { source, port, told } = await line.between({ codec: 'VP8' });
    const states = new Events();
    await line.rpc.on(source, 'MediaFlowOutStateChanged', (event) => states.take(event.state));
    const first = await programs.send('VP8', `rtp://127.0.0.1:${port}`);
    await (await programs.receive(told)).succeeds();
    await first.stop();
    await states.until((seen) => seen.includes('NOT_FLOWING'), 'the end of the first');
    const again = await programs.send('VP8', `rtp://127.0.0.1:${port}`);
    await (await programs.receive(told)).succeeds();
    await again.stop();
  });

  test('Offers that real peers make are answered', async () => {
    for (const [name, offer] of Object.entries(await realOffers(programs))) {
      const endpoint = await line.make();
      const answer = await line.answer(endpoint, offer);
      assert.ok(portsOf(answer).every((port) => port > 0 && port % 2 === 0), `${name}:\n${offer}\n${answer}`);
      await line.rpc.release(endpoint);
    }
  });

  test('Ports are given back', async () => {
    const before_ = await server.openFiles();
    for (let i = 0; i < 20; ++i) {
      const endpoint = await line.make();
      await line.answer(endpoint, describe({ codec: 'PCMU', port: 4000 }));
      await line.rpc.release(endpoint);
    }
    assert.ok(await server.openFiles() <= before_ + 2);
  });
});

// What FFmpeg writes of itself, with sound and pictures.
async function realOffers(programs) {
  const path = await programs.file('ffmpeg.sdp', '');
  const program = programs.ffmpeg(['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=15', '-f', 'lavfi', '-i', 'sine',
    '-t', '1', '-map', '0:v', ...CODECS.H264.encode, '-pix_fmt', 'yuv420p', '-f', 'rtp', 'rtp://127.0.0.1:40000',
    '-t', '1', '-map', '1:a', ...CODECS.opus.encode, '-f', 'rtp', 'rtp://127.0.0.1:40002', '-sdp_file', path]);
  await program.succeeds();
  return { ffmpeg: await readFile(path, 'utf8') };
}

suite('RtpEndpoint and a browser', () => {
  const stage = useStage({ tones: [440], codec: 'VP8' });
  const programs = usePrograms();

  // The mean colour of what a description tells of, as [r, g, b].
  async function pictureOf(description) {
    const path = await programs.file('picture.raw', '');
    const receiver = await programs.receive(description, { frames: 30, output: ['-y', '-vf', 'format=rgb24,scale=2:2:flags=area', '-pix_fmt', 'rgb24', '-f', 'rawvideo', path] });
    await receiver.succeeds();
    const last = (await readFile(path)).subarray(-12);
    return [0, 1, 2, 3].map((i) => [...last.subarray(3 * i, 3 * i + 3)]);
  }
  const isNear = (a, b) => a.every((value, i) => Math.abs(value - b[i]) < 60);

  for (const codec of ['VP8', 'H264']) {
    test(`FFmpeg sees what a browser shows, as ${codec}`, async () => {
      await stage.show('quarters');
      const sink = await stage.make('RtpEndpoint');
      const port = await freePair();
      const offer = describe({ codec, port, direction: 'recvonly', protocol: 'RTP/AVPF',
        lines: ['nack', 'nack pli', 'ccm fir'].map((what) => `a=rtcp-fb:96 ${what}`) });
      await stage.rpc.invoke(sink, 'processOffer', { offer });
      const seen = pictureOf(describe({ codec, port }));
      await listens(port);  // FFmpeg asks for no key frame: it has to be there for the one that its endpoint asks for
      await stage.rpc.invoke(stage.endpoint, 'connect', { sink });
      const quarters = await seen;
      const wanted = [COLOURS.red, COLOURS.lime, COLOURS.blue, COLOURS.white];
      assert.ok(quarters.every((colour, i) => isNear(colour, wanted[i])), JSON.stringify({ quarters, wanted }));
      await stage.rpc.release(sink);
    });
  }

  test('A browser sees and hears what FFmpeg sends', async () => {
    const source = await stage.make('RtpEndpoint');
    const offer = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', `m=video ${await freePair()} RTP/AVP 96`,
      'a=rtpmap:96 VP8/90000', 'a=sendonly', `m=audio ${await freePair()} RTP/AVP 96`, 'a=rtpmap:96 opus/48000/2', 'a=sendonly', ''].join('\r\n');
    const [video, audio] = portsOf(await stage.rpc.invoke(source, 'processOffer', { offer }));
    await stage.rpc.invoke(source, 'connect', { sink: stage.endpoint });
    const senders = [await programs.send('VP8', `rtp://127.0.0.1:${video}`, { colour: 'lime', size: '640x480' }),
      await programs.send('opus', `rtp://127.0.0.1:${audio}`)];
    await stage.sees('a green picture', { size: [640, 480], spots: [[100, 100, COLOURS.lime], [500, 400, COLOURS.lime]] });
    await stage.hears('a tone', [[440, -50, 0]]);
    for (const sender of senders) await sender.stop();
    await stage.rpc.release(source);
  });
});
