// A picture that changes so much that encoders need all that they may have.

// As many as make 720 lines of 15 pictures a second need more than a megabit, and no encoder leave out any.
const TILES_A_FRAME = 2;
const TILE = 120;

// Fine enough to be lost in smaller pictures, which need less by that.
function grain() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 2 * TILE, height: 2 * TILE });
  const context = canvas.getContext('2d');
  for (let x = 0; x < 2 * TILE; x += 2) {
    for (let y = 0; y < 2 * TILE; y += 2) {
      context.fillStyle = Math.random() < 0.5 ? '#707070' : '#909090';
      context.fillRect(x, y, 2, 2);
    }
  }
  return canvas;
}

// A track of so many pictures a second.
export function restlessPicture(size, frames_per_second) {
  const canvas = Object.assign(document.createElement('canvas'), size);
  const context = canvas.getContext('2d');
  const pattern = grain();
  const any = (limit) => Math.floor(Math.random() * limit);
  setInterval(() => {
    for (let tile = 0; tile < TILES_A_FRAME; ++tile) {
      context.drawImage(pattern, any(TILE), any(TILE), TILE, TILE, any(size.width), any(size.height), TILE, TILE);
    }
  }, 1000 / frames_per_second);
  return canvas.captureStream(frames_per_second).getVideoTracks()[0];
}
