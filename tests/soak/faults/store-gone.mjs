// The store that a third of the recordings go to is away for a while.
export const name = 'store gone';

export async function strike({ store, pause }, dice) {
  await store.stop();
  await pause(dice.between(4, 12));
  await store.start();
}
