import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./page.mjs";

const { browserTotals, ratesBetween, serverTotals } = await load("stats.js");

const browserReport = ({ time_ms, bytes, packets, lost, frames }) => [
  ["T", { type: "codec", mimeType: "video/VP8" }],
  ["P", { type: "candidate-pair", timestamp: time_ms, nominated: true, state: "succeeded", currentRoundTripTime: 0.02 }],
  ["IV", { type: "inbound-rtp", kind: "video", timestamp: time_ms, bytesReceived: bytes, packetsReceived: packets,
    packetsLost: lost, framesDecoded: frames, codecId: "T", frameWidth: 640, frameHeight: 360 }],
  ["IA", { type: "inbound-rtp", kind: "audio", timestamp: time_ms, bytesReceived: 100, packetsReceived: 10, packetsLost: 0 }],
];

test("a browser's report of a received call becomes rates", () => {
  const before = browserTotals(browserReport({ time_ms: 1000, bytes: 0, packets: 90, lost: 0, frames: 0 }));
  const after = browserTotals(browserReport({ time_ms: 3000, bytes: 250_000, packets: 180, lost: 10, frames: 60 }));
  const rates = ratesBetween(before, after);
  assert.equal(rates.down.bitrate_bps, 1e6);
  assert.equal(rates.down.fps, 30);
  assert.equal(rates.down.loss_percent, 10);
  assert.equal(rates.rtt_ms, 20);
  assert.deepEqual(rates.picture, { codec: "VP8", width: 640, height: 360 });
  assert.deepEqual(rates.up, { bitrate_bps: null, loss_percent: null, fps: null });
});

test("the round trip of a sent stream's reports goes before that of ICE, in either order", () => {
  const rtcp = ["R", { type: "remote-inbound-rtp", kind: "video", timestamp: 1, packetsLost: 3, roundTripTime: 0.007, roundTripTimeMeasurements: 1 }];
  const ice = ["P", { type: "candidate-pair", timestamp: 1, nominated: true, state: "succeeded", currentRoundTripTime: 0.09 }];
  assert.equal(browserTotals([rtcp, ice]).rtt_ms, 7);
  assert.equal(browserTotals([ice, rtcp]).rtt_ms, 7);
  assert.equal(browserTotals([rtcp, ice]).up.lost, 3);
});

const serverStats = ({ time_ms, received, sent, lost }) => ({
  a: { type: "inboundrtp", timestampMillis: time_ms, bytesReceived: received, packetsReceived: received / 1000, packetsLost: lost },
  b: { type: "outboundrtp", timestampMillis: time_ms, bytesSent: sent, packetsSent: sent / 1000, packetsLost: -1, roundTripTime: 0.0025 },
  c: { type: "endpoint", timestampMillis: time_ms },
});

test("the server's statistics become rates in the same shape", () => {
  const before = serverTotals(serverStats({ time_ms: 5000, received: 0, sent: 0, lost: 0 }));
  const after = serverTotals(serverStats({ time_ms: 6000, received: 75_000, sent: 50_000, lost: 25 }));
  const rates = ratesBetween(before, after);
  assert.equal(rates.up.bitrate_bps, 600_000);
  assert.equal(rates.up.loss_percent, 25);
  assert.equal(rates.down.bitrate_bps, 400_000);
  assert.equal(rates.down.loss_percent, 0); // -1 is Kurento's way of saying none
  assert.equal(rates.rtt_ms, 2.5);
  assert.equal(rates.up.fps, null);
});

test("nothing is made up: no earlier totals, no statistics yet, counts that fell", () => {
  const none = { bitrate_bps: null, loss_percent: null, fps: null };
  assert.deepEqual(ratesBetween(null, serverTotals(serverStats({ time_ms: 1, received: 9, sent: 9, lost: 0 }))).up, none);
  assert.deepEqual(ratesBetween(serverTotals(null), serverTotals(null)).up, none);
  const more = serverTotals(serverStats({ time_ms: 1000, received: 5000, sent: 0, lost: 0 }));
  const less = serverTotals(serverStats({ time_ms: 2000, received: 1000, sent: 0, lost: 0 }));
  assert.equal(ratesBetween(more, less).up.bitrate_bps, null);
});
