// What a recording holds, as ffmpeg sees it: every frame is decoded.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { extname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOST_OUTPUT_BYTES = 2 ** 30;  // of an hour

// A row of JPEG pictures has no header to tell it by.
const inputOf = (file) => (extname(file) === '.mjpeg' ? ['-f', 'mjpeg', file] : [file]);

// {streams: [codec names], frames: {video: [{time}], audio: [{time, duration}]}, problems: what decoders complained of}
export async function probe(file) {
  const { stdout, stderr } = await run('ffprobe', ['-v', 'error', '-show_entries',
    'stream=codec_name,codec_type,sample_rate:format=duration:frame=media_type,best_effort_timestamp_time,pkt_duration_time,duration_time,nb_samples', '-of', 'json', ...inputOf(file)],
  { maxBuffer: MOST_OUTPUT_BYTES });
  const { streams, frames, format } = JSON.parse(stdout);
  const of = (type) => frames.filter(({ media_type }) => media_type === type).map((frame) => (
    { time: Number(frame.best_effort_timestamp_time), duration: Number(frame.duration_time ?? frame.pkt_duration_time ?? 0), samples: frame.nb_samples }));
  return {
    streams: streams.map(({ codec_name }) => codec_name), frames: { video: of('video'), audio: of('audio') },
    duration: Number(format.duration), rate: Number(streams.find(({ sample_rate }) => sample_rate)?.sample_rate), problems: stderr,
  };
}

// The same, and what is true of every recording: nothing that cannot be decoded, and times that only grow.
export async function probeWhole(file) {
  const seen = await probe(file);
  assert.equal(seen.problems, '', `${file} can be decoded`);
  for (const [kind, frames] of Object.entries(seen.frames)) {
    const back = frames.findIndex(({ time }, i) => i > 0 && time <= frames[i - 1].time);
    assert.equal(back, -1, `${file}: ${kind} goes on in time: ${JSON.stringify(frames.slice(Math.max(back - 1, 0), back + 1))}`);
  }
  return seen;
}

export function lengthOf({ frames }) {
  const end = (list) => (list.length ? list.at(-1).time + list.at(-1).duration : 0);
  const begin = Math.min(...Object.values(frames).filter((list) => list.length).map(([first]) => first.time));
  return Math.max(end(frames.video), end(frames.audio)) - begin;
}

// A WebM of flashes and beeps that begin together, once a second, a tenth of a second long.
export async function makeFlashes(file, seconds) {
  const pulse = 'lt(mod(t,1),0.1)';
  await run('ffmpeg', ['-v', 'error', '-y',
    '-f', 'lavfi', '-i', `testsrc=s=320x240:r=30,drawbox=c=black:t=fill:h=200,drawbox=c=white:t=fill:h=200:enable='gt(t,0.5)*${pulse}'`,
    '-f', 'lavfi', '-i', `aevalsrc='0.5*sin(2*PI*1000*t)*${pulse}*gt(t,0.5)':s=48000`, '-t', String(seconds),
    '-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '1M', '-g', '30', '-c:a', 'libopus', '-b:a', '64k', file]);
}

// When flashes begin, in seconds.
export async function flashes(file) {
  const { frames } = await probe(file);
  const { stdout } = await run('ffmpeg', ['-v', 'error', ...['-i', file], '-map', '0:v', '-vf', 'scale=1:1:flags=area,format=gray', '-fps_mode', 'passthrough',
    '-f', 'rawvideo', '-'], { encoding: 'buffer', maxBuffer: MOST_OUTPUT_BYTES });
  const found = [];
  for (let i = 1; i < Math.min(stdout.length, frames.video.length); ++i) {
    if (stdout[i] > 128 && stdout[i - 1] <= 128) found.push(frames.video[i].time);
  }
  return found;
}

// When beeps of 1 kHz begin, in seconds, by the times of the frames that they are in: there may be gaps between them.
export async function beeps(file) {
  const { frames, rate } = await probe(file);
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-map', '0:a', '-ac', '1', '-f', 's16le', '-'], { encoding: 'buffer', maxBuffer: MOST_OUTPUT_BYTES });
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, stdout.length >> 1);
  const step = rate / 500, found = [];  // 2 ms
  let begin = 0, heard = -Infinity;
  for (const frame of frames.audio) {
    const end = begin + frame.samples;
    for (let at = begin; at < end; at += step) {
      if (samples.subarray(at, Math.min(at + step, end)).every((sample) => Math.abs(sample) < 2000)) continue;
      const time = frame.time + (at - begin) / rate;
      if (time - heard > 0.2) found.push(time);
      heard = time;
    }
    begin = end;
  }
  return found;
}

// How far each flash is behind its beep, in ms.
export async function offsets_ms(file) {
  const [seen, heard] = [await flashes(file), await beeps(file)];
  return seen.flatMap((flash) => {
    const nearest = heard.reduce((best, beep) => (Math.abs(beep - flash) < Math.abs(best - flash) ? beep : best), Infinity);
    return Math.abs(nearest - flash) < 0.4 ? [1000 * (flash - nearest)] : [];
  });
}
