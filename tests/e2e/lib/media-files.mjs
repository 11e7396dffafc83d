// Files for players: a test picture and a tone, made by ffmpeg in one container and codec or another.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PICTURES = (seconds) => ['-f', 'lavfi', '-i', `testsrc=size=320x240:rate=25:duration=${seconds}`];
const TONE = (seconds) => ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`];
const GOP = ['-g', '25', '-pix_fmt', 'yuv420p'];

// By the name of the file: ffmpeg's options for pictures and for sound; null for none.
export const KINDS = {
  'vp8-opus.webm': [['-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '500k'], ['-c:a', 'libopus']],
  'vp9-opus.webm': [['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '500k'], ['-c:a', 'libopus']],
  'h264-baseline-aac.mp4': [['-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'veryfast'], ['-c:a', 'aac']],
  'h264-bframes-aac.mp4': [['-c:v', 'libx264', '-profile:v', 'high', '-bf', '3', '-preset', 'veryfast'], ['-c:a', 'aac']],
  'h264-mp3.mkv': [['-c:v', 'libx264', '-preset', 'veryfast'], ['-c:a', 'libmp3lame']],
  'h265-opus.mkv': [['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'], ['-c:a', 'libopus']],
  'mpeg4-mp3.avi': [['-c:v', 'mpeg4', '-b:v', '500k'], ['-c:a', 'libmp3lame']],
  'mpeg2-mp2.ts': [['-c:v', 'mpeg2video', '-b:v', '800k'], ['-c:a', 'mp2']],
  'flv1-mp3.flv': [['-c:v', 'flv', '-b:v', '500k'], ['-c:a', 'libmp3lame', '-ar', '44100']],
  'theora-vorbis.ogv': [['-c:v', 'libtheora', '-b:v', '500k'], ['-c:a', 'libvorbis']],
  'mjpeg-pcm.mov': [['-c:v', 'mjpeg', '-q:v', '5', '-pix_fmt', 'yuvj420p'], ['-c:a', 'pcm_s16le']],
  'wmv2-wma.asf': [['-c:v', 'wmv2', '-b:v', '500k'], ['-c:a', 'wmav2']],
  'opus.ogg': [null, ['-c:a', 'libopus']],
  'vp8.mkv': [['-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '500k'], null],
};

// Writes a test picture and a tone, or what of them is there to code: `video` and `audio` are ffmpeg's options, null for none.
export async function makeMedia(path, seconds, video, audio) {
  await run('ffmpeg', ['-nostdin', '-loglevel', 'error', '-y', ...(video ? PICTURES(seconds) : []), ...(audio ? TONE(seconds) : []),
    ...(video ?? []), ...(audio ?? []), '-t', String(seconds), path]);
  return path;
}

// One of KINDS.
export function makeFile(directory, name, seconds) {
  const [video, audio] = KINDS[name];
  return makeMedia(join(directory, name), seconds, video && [...GOP, ...video], audio);
}

// A folder for the files of the surrounding suite.
export function useFolder() {
  const folder = {};
  before(async () => { folder.path = await mkdtemp(join(tmpdir(), 'kaskado-media-')); });
  after(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}
