import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./page.mjs";

const { decodeTime, encodeTime } = await load("clock-strip.js");
const { formatTick, formatValue } = await load("format.js");
const { niceScale } = await load("scale.js");

test("the clock strip gives back every time it was given, and nothing for what is no strip", () => {
  for (const time_ms of [0, 1, 40_000, 65_535, 65_536 + 17, 1e9 + 0.5]) {
    assert.equal(decodeTime(encodeTime(time_ms)), Math.floor(time_ms) % 65_536);
  }
  const blocks = encodeTime(12_345);
  for (let index = 0; index < blocks.length; index++) {
    assert.equal(decodeTime(blocks.with(index, 1 - blocks[index])), null, `block ${index} flipped`);
  }
  assert.equal(decodeTime(new Array(blocks.length).fill(0)), null);
  assert.equal(decodeTime(new Array(blocks.length).fill(1)), null);
});

test("axes end at round numbers", () => {
  assert.deepEqual(niceScale(30, 3), { top: 30, ticks: [0, 10, 20, 30] });
  assert.deepEqual(niceScale(1_620_000, 3), { top: 2_000_000, ticks: [0, 1_000_000, 2_000_000] });
  assert.deepEqual(niceScale(3, 3).ticks, [0, 1, 2, 3]);
  for (let highest = 0.01; highest < 1e8; highest *= 1.37) {
    const { top, ticks } = niceScale(highest, 3);
    assert.ok(top >= highest * (1 - 1e-9) && ticks.length <= 4 && ticks.length >= 2, `${highest}`);
  }
});

test("numbers are short and have their unit", () => {
  assert.equal(formatValue(1_623_000, "bit/s"), "1.62 Mbit/s");
  assert.equal(formatValue(612_400, "bit/s"), "612 kbit/s");
  assert.equal(formatValue(29.97, "fps"), "30 fps");
  assert.equal(formatValue(0.04, "%"), "0.0 %");
  assert.equal(formatValue(123.4, "ms"), "123 ms");
  assert.equal(formatValue(null, "ms"), "–");
  assert.equal(formatValue(undefined, "bit/s"), "–");
  assert.equal(formatTick(1_500_000), "1.5 M");
});
