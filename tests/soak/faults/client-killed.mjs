// An application dies with all of its peers; another one comes in its place.
export const name = 'client killed';

export async function strike({ crowd, pause }, dice) {
  await crowd.kill(dice.of(crowd.clients));
  await pause(2);
  crowd.start();
}
