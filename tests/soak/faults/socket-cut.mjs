// The control connections of some applications break off, and they come back for their sessions.
export const name = 'control sockets cut';

export async function strike({ crowd, pause }, dice) {
  for (const client of dice.shuffled(crowd.clients).slice(0, 3)) {
    crowd.cut(client);
    await pause(dice.between(0, 1));
  }
}
