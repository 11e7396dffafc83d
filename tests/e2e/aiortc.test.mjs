// aiortc, a WebRTC stack that shares no code with the browsers', sends audio and video and gets them back.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { E2E } from './lib/paths.mjs';
import { useServer } from './lib/server.mjs';

describe('aiortc', () => {
  const server = useServer();

  test('loopback of audio and video', async () => {
    const script = join(E2E, 'clients/aiortc_loopback.py');
    const { stdout } = await promisify(execFile)('/usr/bin/python3', [script, server.url], { timeout: 60000 });
    const { video, audio } = JSON.parse(stdout);
    assert.ok(video.frames >= 60, `${video.frames} video frames`);
    assert.deepEqual([video.width, video.height], [320, 240]);
    assert.ok(video.brightness > 40, `the picture is not black: ${video.brightness}`);
    assert.ok(video.distinct >= 10, `the picture moves: ${video.distinct} different frames`);
    assert.ok(audio.frames >= 50, `${audio.frames} audio frames`);
    assert.ok(audio.peak > 1000, `the tone is heard: peak ${audio.peak}`);
  });
});
