// What counts as a picture that lives and a sound that is heard. A still picture changes by up to 1 while an encoder
// sharpens it in Chromium; Chromium's test camera changes by 7 and more, Firefox's by 1.
import assert from 'node:assert/strict';

const LEAST_MOTION = { Chromium: 3, Firefox: 0.5 };

export function assertPicture({ width, height, frames, motion, brightness }, browser = 'Chromium') {
  assert.ok(browser in LEAST_MOTION, `a browser whose test camera is known, not ${browser}`);
  assert.ok(width > 0 && height > 0, `a picture has a size, not ${width}x${height}`);
  assert.ok(frames >= 30, `frames advance: ${frames} seen`);
  assert.ok(brightness > 16, `the picture is not black: brightness ${brightness.toFixed(1)} of 255`);
  assert.ok(motion > LEAST_MOTION[browser], `the picture moves: it changed by ${motion.toFixed(2)} of 255`);
}

export function assertStats({ audio, video }, codec) {
  assert.equal(video.codec?.toUpperCase(), `VIDEO/${codec}`, 'the video codec asked for');
  assert.ok(video.framesDecoded > 20, `video is decoded: ${video.framesDecoded} frames`);
  assert.equal(audio.codec?.toLowerCase(), 'audio/opus', 'audio is Opus');
  assert.ok(audio.packetsReceived > 50, `audio comes: ${audio.packetsReceived} packets`);
  assert.ok(audio.totalAudioEnergy > 1e-4, `the sound is not silence: energy ${audio.totalAudioEnergy}`);
}

export function assertNoErrors(page) {
  assert.deepEqual(page.errors, [], 'the page reported no error');
}
