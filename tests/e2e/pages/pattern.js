// A moving picture that carries its own number, so that what arrives can be held against what was sent.

export const WIDTH = 640;
export const HEIGHT = 480;
const BLOCK = 32;  // pixels of one bit, in the top row
const BITS = 16;

const wave = (at, period) => 0.5 + 0.5 * Math.sin(2 * Math.PI * at / period);

// The same picture for the same number, on any canvas of that size.
export function paint(context, number) {
  const sky = context.createLinearGradient(0, 0, WIDTH, HEIGHT);
  sky.addColorStop(0, `rgb(${Math.round(60 + 60 * wave(number, 150))}, 90, 160)`);
  sky.addColorStop(1, `rgb(200, ${Math.round(120 + 60 * wave(number, 210))}, 80)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  for (let i = 0; i < 6; ++i) {
    context.fillStyle = `hsl(${60 * i}, 60%, 50%)`;
    const x = WIDTH * wave(number + 40 * i, 240 + 30 * i) * 0.85;
    const y = BLOCK * 2 + (HEIGHT - BLOCK * 4) * wave(number + 25 * i, 180 + 20 * i);
    context.fillRect(Math.round(x), Math.round(y), 48, 48);
  }
  for (let bit = 0; bit < BITS; ++bit) {
    context.fillStyle = number >> bit & 1 ? 'white' : 'black';
    context.fillRect(bit * BLOCK, 0, BLOCK, BLOCK);
  }
}

const canvasOf = (width = WIDTH, height = HEIGHT) => {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  return { canvas, context: canvas.getContext('2d', { willReadFrequently: true }) };
};

// A track of it, 30 pictures a second.
export function patternTrack() {
  const { canvas, context } = canvasOf();
  let number = 0;
  const timer = setInterval(() => paint(context, ++number & 0xffff), 1000 / 30);
  const [track] = canvas.captureStream(30).getVideoTracks();
  track.addEventListener('ended', () => clearInterval(timer));
  return track;
}

function numberIn({ data, width }) {
  let number = 0;
  for (let bit = 0; bit < BITS; ++bit) {
    const at = 4 * (width * (BLOCK / 2) + bit * BLOCK + BLOCK / 2);
    if (data[at + 1] > 127) number |= 1 << bit;
  }
  return number;
}

// Of brightness and colour, in dB.
function psnr(a, b) {
  let squares = 0, count = 0;
  for (let i = 0; i < a.length; ++i) {
    if (i % 4 === 3) continue;
    squares += (a[i] - b[i]) ** 2;
    ++count;
  }
  return 10 * Math.log10(255 * 255 * count / squares);
}

// How true the pictures are that a video element shows: [{number, psnr}].
export async function judge(video, frames, timeout_ms = 30000) {
  const shown = canvasOf(), sent = canvasOf();
  const judged = [];
  const deadline = performance.now() + timeout_ms;
  while (judged.length < frames) {
    if (performance.now() > deadline) throw new Error(`only ${judged.length} of ${frames} pictures came`);
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    if (video.videoWidth !== WIDTH || video.videoHeight !== HEIGHT) continue;
    shown.context.drawImage(video, 0, 0);
    const picture = shown.context.getImageData(0, 0, WIDTH, HEIGHT);
    const number = numberIn(picture);
    paint(sent.context, number);
    judged.push({ number, psnr: psnr(picture.data, sent.context.getImageData(0, 0, WIDTH, HEIGHT).data) });
  }
  return judged;
}

// A track of one colour, which trembles a little so that frames come.
export function colourTrack(colour, width = 320, height = 240) {
  const { canvas, context } = canvasOf(width, height);
  let odd = false;
  const timer = setInterval(() => {
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
    odd = !odd;
    context.fillStyle = odd ? 'rgba(255, 255, 255, 0.02)' : 'rgba(0, 0, 0, 0.02)';
    context.fillRect(0, 0, 8, 8);
  }, 1000 / 15);
  const [track] = canvas.captureStream(15).getVideoTracks();
  track.addEventListener('ended', () => clearInterval(timer));
  return track;
}

// The colours in the middle of each cell of a grid over a video's picture: [[r, g, b], …], row by row.
export function cellColours(video, columns, rows) {
  const { context, canvas } = canvasOf(video.videoWidth, video.videoHeight);
  context.drawImage(video, 0, 0);
  const colours = [];
  for (let row = 0; row < rows; ++row) {
    for (let column = 0; column < columns; ++column) {
      const x = Math.round((column + 0.5) * canvas.width / columns), y = Math.round((row + 0.5) * canvas.height / rows);
      colours.push([...context.getImageData(x, y, 1, 1).data.slice(0, 3)]);
    }
  }
  return colours;
}
