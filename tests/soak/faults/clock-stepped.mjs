// The server's wall clock goes forth and back, by up to a day.
export const name = 'clock stepped';

export async function strike({ clock, pause }, dice) {
  for (const most of [86400, -86400]) {
    await clock.step(Math.round(dice.between(0.01, 1) * most));
    await pause(dice.between(2, 5));
  }
  await clock.step(0);
}
