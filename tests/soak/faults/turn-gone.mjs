// The TURN server that some sessions go through dies, and forgets them.
export const name = 'TURN server gone';

export async function strike({ turn, pause }, dice) {
  await turn.kill();
  await pause(dice.between(3, 10));
  await turn.start();
}
