// Where recordings go: a folder with room, a disk that is full now and then, a store that is away now and then.
import { join } from 'node:path';

const TARGETS = ['folder', 'disk', 'store'];
const PROFILES = [['WEBM', 'webm', 10], ['MKV', 'mkv', 8], ['MP4', 'mp4', 1]];  // MP4 takes an encoder
const DRAWN = PROFILES.flatMap(([profile, ending, weight]) => Array(weight).fill({ profile, ending }));

// Gives each recording of client `number` a {place, profile}.
export function placesOf({ folder, disk, store }, number) {
  let count = 0;
  return (dice) => {
    const { profile, ending } = dice.of(DRAWN);
    const target = dice.of(TARGETS);
    const name = `${number}-${++count}.${ending}`;
    const place = target === 'store'
      ? { target, uri: `${store.url}${name}`, file: join(store.folder, name) }
      : { target, uri: `file://${join({ folder, disk }[target], name)}`, file: join({ folder, disk }[target], name) };
    return { place, profile };
  };
}
