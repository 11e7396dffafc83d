// Peers without WebRTC: FFmpeg and GStreamer as senders and receivers of RTP, and what descriptions say of them.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

export const CODECS = {
  VP8: { kind: 'video', rtpmap: 'VP8/90000', encode: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '500k'] },
  VP9: { kind: 'video', rtpmap: 'VP9/90000', encode: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '500k', '-strict', 'experimental'] },
  H264: {
    kind: 'video', rtpmap: 'H264/90000', fmtp: 'packetization-mode=1;profile-level-id=42e01f',
    encode: ['-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'ultrafast', '-tune', 'zerolatency', '-bsf:v', 'dump_extra'],
  },
  H265: { kind: 'video', rtpmap: 'H265/90000', encode: ['-c:v', 'libx265', '-preset', 'ultrafast', '-tune', 'zerolatency', '-x265-params', 'keyint=15:repeat-headers=1:log-level=error'] },
  opus: { kind: 'audio', rtpmap: 'opus/48000/2', encode: ['-c:a', 'libopus', '-ar', '48000', '-ac', '2'] },
  PCMU: { kind: 'audio', payloadType: 0, rtpmap: 'PCMU/8000', encode: ['-c:a', 'pcm_mulaw', '-ar', '8000', '-ac', '1'] },
  PCMA: { kind: 'audio', payloadType: 8, rtpmap: 'PCMA/8000', encode: ['-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1'] },
  AMR: { kind: 'audio', rtpmap: 'AMR/8000', fmtp: 'octet-align=1', encode: ['-c:a', 'copy'] },
};

export const payloadTypeOf = (codec) => CODECS[codec].payloadType ?? 96;

// A description with one m-line, from 127.0.0.1.
export function describe({ codec, port, direction = 'sendrecv', protocol = 'RTP/AVP', lines = [], address = '127.0.0.1' }) {
  const { kind, rtpmap, fmtp } = CODECS[codec];
  const type = payloadTypeOf(codec);
  return ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', `c=IN IP4 ${address}`, 't=0 0', `m=${kind} ${port} ${protocol} ${type}`,
    `a=rtpmap:${type} ${rtpmap}`, ...fmtp ? [`a=fmtp:${type} ${fmtp}`] : [], `a=${direction}`, ...lines, ''].join('\r\n');
}

export const portsOf = (description) => [...description.matchAll(/^m=\w+ (\d+)/gm)].map((match) => Number(match[1]));

// An even port and the next, both free a moment ago.
export async function freePair() {
  const bind = async (port) => {
    const socket = createSocket('udp4').on('error', () => {});
    socket.bind(port, '127.0.0.1');
    const bound = await Promise.race([once(socket, 'listening').then(() => true), once(socket, 'error').then(() => false)]);
    return bound ? socket : undefined;
  };
  for (;;) {
    const first = await bind(0);
    const { port } = first.address();
    const second = port % 2 === 0 ? await bind(port + 1) : undefined;
    for (const socket of [first, second]) socket?.close();
    if (second) return port;
  }
}

// Waits until some program has the port.
export async function listens(port, timeout_ms = 10000) {
  const bound = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} `);
  for (const end = Date.now() + timeout_ms; !bound.test(await readFile('/proc/net/udp', 'utf8')); await sleep(50)) {
    if (Date.now() > end) throw new Error(`nobody listens on ${port}`);
  }
}

class Program {
  constructor(command, args) {
    this.output = '';
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of ['stdout', 'stderr']) {
      this.child[stream].on('data', (data) => { this.output = (this.output + data).slice(-20000); });
    }
    this.end = once(this.child, 'exit').then(([code]) => (this.code = code));
  }

  async succeeds(timeout_ms = 30000) {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), timeout_ms);
    const code = await this.end;
    clearTimeout(timer);
    if (code !== 0) throw new Error(`${this.child.spawnargs.join(' ')} ended with ${code}:\n${this.output}`);
    return this.output;
  }

  async stop() {
    if (this.code === undefined) this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 2000);
    await this.end;
    clearTimeout(timer);
  }
}

// What a test starts is ended with its suite, at the latest.
export function usePrograms() {
  const programs = [];
  let directory;
  after(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    if (directory) await rm(directory, { recursive: true, force: true });
  });
  const start = (command, args) => {
    const program = new Program(command, args);
    programs.push(program);
    return program;
  };
  const file = async (name, content) => {
    directory ??= await mkdtemp(join(tmpdir(), 'kaskado-rtp-'));
    const path = join(directory, `${programs.length}-${name}`);
    await writeFile(path, content);
    return path;
  };
  const ffmpeg = (args) => start('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', ...args]);

  return {
    start,
    file,
    ffmpeg,
    gst: (pipeline) => start('gst-launch-1.0', ['-q', ...pipeline.split(/\s+/)]),

    // Sends a picture of one colour, or a tone, until it is stopped. `to` is a URL.
    async send(codec, to, { options = [], colour = 'red', size = '320x240' } = {}) {
      const { kind, encode } = CODECS[codec];
      const source = codec === 'AMR' ? ['-re', '-stream_loop', '-1', '-i', await file('tone.amr', amrFile())]
        : kind === 'video' ? ['-re', '-f', 'lavfi', '-i', `color=c=${colour}:size=${size}:rate=15`, '-g', '15', '-pix_fmt', 'yuv420p']
          : ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
      return ffmpeg([...source, ...encode, ...options, '-payload_type', payloadTypeOf(codec), '-f', 'rtp', to].map(String));
    },

    // Decodes what a description tells of, and ends after `frames` of it.
    async receive(description, { frames = 20, output = ['-f', 'null', '-'] } = {}) {
      const path = await file('peer.sdp', description);
      const count = description.includes('m=video') ? ['-frames:v', frames] : ['-frames:a', frames];
      return ffmpeg(['-protocol_whitelist', 'file,udp,rtp,srtp', '-i', path, ...count, ...output].map(String));
    },
  };
}

// Frames of the highest mode (RFC 4867 §5.3), whose contents nobody listens to.
function amrFile() {
  const frames = Array.from({ length: 500 }, (_, i) => Buffer.concat([Buffer.from([0x3c]), Buffer.alloc(31, i)]));
  return Buffer.concat([Buffer.from('#!AMR\n'), ...frames]);
}
