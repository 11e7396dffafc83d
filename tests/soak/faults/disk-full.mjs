// The disk that a third of the recordings go to is full for a while.
export const name = 'disk full';

export async function strike({ disk, pause }, dice) {
  await disk.fill();
  await pause(dice.between(4, 8));
  await disk.empty();
}
