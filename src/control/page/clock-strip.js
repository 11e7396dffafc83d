// A row of black and white blocks along the bottom edge of the test picture that spells the time of painting,
// so that whoever sees the picture again on this page knows how long it was under way.

const BITS = 16; // milliseconds modulo 65.536 s
const START = [1, 0, 1]; // tells the strip from a picture without one
const BLOCKS = START.length + BITS + 1; // and a parity block
const STRIP_HEIGHT = 40 / 360; // of the picture's height
const MODULO = 2 ** BITS;

const parityOf = (bits) => bits.reduce((sum, bit) => sum ^ bit, 1);

export function encodeTime(time_ms) {
  const value = Math.floor(time_ms) % MODULO;
  const bits = Array.from({ length: BITS }, (_, index) => (value >> index) & 1);
  return [...START, ...bits, parityOf(bits)];
}

/** The encoded milliseconds, or null if the blocks are not a strip. */
export function decodeTime(blocks) {
  const bits = blocks.slice(START.length, START.length + BITS);
  const isStrip = START.every((bit, index) => blocks[index] === bit) && blocks.at(-1) === parityOf(bits);
  return isStrip ? bits.reduce((value, bit, index) => value + bit * 2 ** index, 0) : null;
}

export function paintClockStrip(context, width, height, time_ms) {
  const top = Math.round(height * (1 - STRIP_HEIGHT));
  encodeTime(time_ms).forEach((bit, index) => {
    const left = Math.round((index * width) / BLOCKS);
    context.fillStyle = bit ? "#fff" : "#000";
    context.fillRect(left, top, Math.ceil(width / BLOCKS), height - top);
  });
}

/** Reads the delay of the picture that a video shows now, in ms; null without a legible strip. */
export class DelayReader {
  #canvas = Object.assign(document.createElement("canvas"), { width: BLOCKS, height: 1 });
  #context = this.#canvas.getContext("2d", { willReadFrequently: true });

  read(video) {
    if (!video.videoWidth) return null;
    const now_ms = performance.now();
    const middle = video.videoHeight * (1 - STRIP_HEIGHT / 2);
    const block = video.videoWidth / BLOCKS;
    for (let index = 0; index < BLOCKS; index++) {
      this.#context.drawImage(video, (index + 0.35) * block, middle - 2, block * 0.3, 4, index, 0, 1, 1);
    }
    const pixels = this.#context.getImageData(0, 0, BLOCKS, 1).data;
    const lights = Array.from({ length: BLOCKS }, (_, index) => pixels[index * 4 + 1]); // green
    if (lights.some((light) => light > 96 && light < 160)) return null; // a blend of two pictures
    const painted_ms = decodeTime(lights.map((light) => (light >= 128 ? 1 : 0)));
    if (painted_ms === null) return null;
    const delay_ms = (((now_ms - painted_ms) % MODULO) + MODULO) % MODULO;
    return delay_ms < 10_000 ? delay_ms : null;
  }
}
