// Pictures whose right answer is known, for filters to look at. Each is painted on 640x480 from its parameters alone.

export const WIDTH = 640;
export const HEIGHT = 480;

// The QR code of "https://kaskado.example/q?1" (version 3, error correction M).
const QR_CODE = [
  '#######.#..##..##.###.#######', '#.....#.##..#.##.##.#.#.....#', '#.###.#.....####..###.#.###.#',
  '#.###.#.##......####..#.###.#', '#.###.#...##.#.....#..#.###.#', '#.....#..###..#..###..#.....#',
  '#######.#.#.#.#.#.#.#.#######', '........##.#.##..##.#........', '#.##.###.....##.#####.#..#.##',
  '#.#.#..#.#..#..##..######...#', '.###.##.......##.#......#.##.', '##.##...#.#..###..#####.#...#',
  '.....##.##.#....####.....##..', '#..#.#..######....##..#...###', '#...#.#..##...#..########.###',
  '.###....##.#.#.#.....#..#..#.', '..###.####..........##..##.#.', '.#..##.##..#.#....#.#..#.###.',
  '#..#..##..#.#.....#...###.#..', '....##..#..##..####.####..#..', '.####.####.#.#.#....#######..',
  '........#...####.####...#####', '#######.#....#..#.###.#.##.#.', '#.....#.#.##....##..#...##.#.',
  '#.###.#...#...##....#####.###', '#.###.#.##.####.##.##..###.#.', '#.###.#.##..##.##......#..#.#',
  '#.....#..#.##.#.#...#.##.#.#.', '#######.#####..###.##.###..#.',
];

// The bars of the EAN-13 code 4006381333931, `1` for dark.
const EAN_13 = '101' + '000110101001110101111011110100010010110011' + '01010' + '100001010000101000010111010010000101100110' + '101';

// ArUco markers by id, of OpenCV's DICT_5X5_250.
const MARKERS = {
  42: ['#######', '##..#.#', '#.#####', '#.##.##', '##....#', '#.#...#', '#######'],
  7: ['#######', '##...##', '###.###', '###.#.#', '####..#', '##.#..#', '#######'],
};

function drawCells(context, rows, { x, y, cell, height = cell }) {
  rows.forEach((row, j) => [...row].forEach((dark, i) => {
    context.fillStyle = dark === '#' || dark === '1' ? 'black' : 'white';
    context.fillRect(x + i * cell, y + j * height, cell, height);
  }));
}

function ground(context, colour) {
  context.fillStyle = colour;
  context.fillRect(0, 0, WIDTH, HEIGHT);
}

// Clothes of black and white: the same at the same place of the cloth.
function drawCloth(context, { x, y, width, height }, moved, cell = 16) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  const dark = (i, j) => Math.imul((i + 997) * 7919 ^ (j + 997) * 104729, 2654435761) >>> 31;
  const first = Math.floor(moved / cell) - 1;
  for (let i = first; i * cell - moved < width; ++i) {
    for (let j = 0; j * cell < height; ++j) {
      context.fillStyle = dark(i, j) ? '#303030' : '#d8d8d8';
      context.fillRect(x + i * cell - moved, y + j * cell, cell, cell);
    }
  }
  context.restore();
}

const picture = new Map();

export async function loadPicture(url) {
  const image = Object.assign(new Image(), { src: url });
  await image.decode();
  picture.set(url, image);
}

const SCENES = {
  plain: (context, { colour = '#787878' }) => ground(context, colour),
  // Red and lime over blue and white.
  quarters(context) {
    ['red', 'lime', 'blue', 'white'].forEach((colour, i) => {
      context.fillStyle = colour;
      context.fillRect(i % 2 * WIDTH / 2, (i >> 1) * HEIGHT / 2, WIDTH / 2, HEIGHT / 2);
    });
  },
  codes(context) {
    ground(context, 'white');
    drawCells(context, QR_CODE, { x: 60, y: 60, cell: 8 });
    drawCells(context, [EAN_13], { x: 340, y: 340, cell: 3, height: 100 });
  },
  // Somebody in white before a green screen.
  screen(context) {
    ground(context, 'rgb(30, 190, 60)');
    context.fillStyle = 'white';
    context.fillRect(256, 160, 128, 320);
  },
  pointer(context, { x, y }) {
    ground(context, 'rgb(150, 140, 130)');
    context.fillStyle = 'rgb(30, 220, 40)';
    context.fillRect(x - 28, y - 28, 56, 56);
  },
  car(context, { plate }) {
    ground(context, 'rgb(60, 60, 70)');
    if (!plate) return;
    context.fillStyle = 'white';
    context.fillRect(170, 200, 300, 76);
    Object.assign(context, { fillStyle: '#101010', font: '48px sans-serif', letterSpacing: '4px', textAlign: 'center', textBaseline: 'middle' });
    context.fillText(plate, 320, 240, 270);
  },
  // One who fills half of the middle, and whose clothes go by to the left.
  crowd(context, { speed = 0 }, tick) {
    ground(context, '#787878');
    drawCloth(context, { x: 160, y: 120, width: 160, height: 240 }, tick * speed);
  },
  photograph(context, { url, x, y, side }) {
    ground(context, '#787878');
    context.drawImage(picture.get(url), x, y, side, side);
  },
  markers(context, { markers }) {
    ground(context, 'white');
    for (const { id, x, y } of markers) drawCells(context, MARKERS[id], { x, y, cell: 16 });
  },
};

// A track of the scene that was shown last; nothing moves in it but what the scene moves, and a speck in the lower right
// corner, by which frames come.
export function sceneTrack(frames_a_second = 20) {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d');
  let scene = { name: 'plain', params: {} };
  let tick = 0;
  const paint = () => {
    context.save();
    SCENES[scene.name](context, scene.params, ++tick);
    context.restore();
    context.fillStyle = tick % 2 ? '#7f7f7f' : '#838383';
    context.fillRect(WIDTH - 8, HEIGHT - 8, 8, 8);
  };
  paint();
  const timer = setInterval(paint, 1000 / frames_a_second);
  const [track] = canvas.captureStream(frames_a_second).getVideoTracks();
  const stop = () => { clearInterval(timer); track.stop(); };
  return { track, stop, show: (name, params = {}) => { scene = { name, params }; } };
}
