// What has to be true at the end. Each check is {name, problems: […]}, in the words of run.mjs's lists.

const LEAST_GROWTH_KB = 4096;
const MOST_GROWTH = 0.05;

const check = (name, problems) => ({ name, problems: problems.filter(Boolean) });

function memory({ early, late, most }) {
  const room_kb = Math.max(LEAST_GROWTH_KB, MOST_GROWTH * early);
  const text = `resident memory is flat: ${(early / 1024).toFixed(1)} MB early, ${(late / 1024).toFixed(1)} MB late, ${(most / 1024).toFixed(1)} MB at the most`;
  return check(text, [late > early + room_kb && `it grew by ${((late - early) / 1024).toFixed(1)} MB`]);
}

const recovery = ({ name, times, recovery_s, late }) => check(
  `${name}, ${times} times: everybody had media again, at the latest after ${recovery_s.toFixed(1)} s`,
  [late > 0 && `${late} times it took longer`, times === 0 && 'it never came to that']);

const more = (before, after) => Object.entries(after).filter(([kind, count]) => count > (before[kind] ?? 0))
  .map(([kind, count]) => `${kind}: ${before[kind] ?? 0} before, ${count} after`);

export function checks({ died, faults, failures, clients, streams, archive, resident_kb, left, before, after, ending }) {
  return [
    check('the server runs to the end', [died]),
    ...faults.map(recovery),
    check(`nobody was refused or lost but by a fault (${failures.explained} were)`,
      failures.unexplained > 0 ? [`${failures.unexplained} times`, ...failures.examples] : []),
    check('the clients come to their ends', clients),
    check(`packets come as they were sent (${streams.sampled} read, ${streams.transcodedPackets} of pictures)`,
      ['undecryptable', 'changed', 'misnumbered', 'badRtcp'].map((what) => streams[what] > 0 && `${what}: ${streams[what]}`)),
    check(`every recording can be read (${archive.judged}, ${(archive.seconds / 60).toFixed(1)} minutes)`,
      [...archive.problems, archive.judged === 0 && 'there was none']),
    memory(resident_kb),
    check('no session and no pipeline is left', [left.sessions > 0 && `sessions: ${left.sessions}`, left.pipelines > 0 && `pipelines: ${left.pipelines}`]),
    check(`file descriptors are back: ${before.files} before, ${after.files} after`, after.files > before.files ? more(before.kinds, after.kinds) : []),
    check('the server ends cleanly, and its log holds no error', [ending]),
  ];
}

// Prints them, and gives whether all passed.
export function tell(all) {
  const failed = all.filter(({ problems }) => problems.length > 0);
  for (const { name, problems } of all) {
    console.log(`  ${problems.length > 0 ? 'failed ' : 'passed '} ${name}`);
    for (const problem of problems) console.log(`          ${problem}`);
  }
  console.log(`${all.length - failed.length} passed, ${failed.length} failed, 0 skipped`);
  return failed.length === 0;
}
