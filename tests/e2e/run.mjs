#!/usr/bin/env node
// Runs the end-to-end tests, one file after the other, and ends with `N passed, N failed, N skipped`.
//   node run.mjs [NAME…]     chromium, firefox, kurento-client, … : the files NAME.test.mjs; all of them without a name
// Servers' logs of files that failed stay in out/.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { run } from 'node:test';
import { E2E, OUT } from './lib/paths.mjs';

const FILE_TIMEOUT_MS = 300000 + 1000 * Number(process.env.KASKADO_TEST_SOAK_SECONDS ?? 0);

async function chooseFiles(names) {
  const all = (await readdir(E2E)).filter((name) => name.endsWith('.test.mjs')).sort();
  const unknown = names.filter((name) => !all.includes(`${name}.test.mjs`));
  if (unknown.length > 0) {
    const known = all.map((name) => basename(name, '.test.mjs')).join(' ');
    throw new Error(`no such tests: ${unknown.join(' ')} (there are: ${known})`);
  }
  const chosen = names.length > 0 ? names.map((name) => `${name}.test.mjs`) : all;
  return chosen.map((name) => join(E2E, name));
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

function describeFailure({ name, details, file }) {
  const error = details.error?.cause ?? details.error;
  const text = error?.stack ?? String(error?.message ?? error);
  return `--- ${relative(E2E, file ?? '')}: ${name}\n${text.replace(/^/gm, '    ')}`;
}

async function runFiles(files) {
  const tally = { passed: 0, failed: 0, skipped: 0, failures: [], failedFiles: new Set() };
  for await (const { type, data } of run({ files, concurrency: 1, timeout: FILE_TIMEOUT_MS })) {
    if (type === 'test:stderr' || type === 'test:stdout') process.stderr.write(data.message);
    if (type === 'test:diagnostic' && data.nesting > 0) console.log(`          ${data.message}`);
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // A suite passes or fails with its tests; it counts only when it failed by itself, as in a hook.
    const own = data.details.error?.failureType !== 'subtestsFailed';
    if (data.details.type === 'suite' && (type === 'test:pass' || !own)) continue;
    const outcome = type === 'test:fail' ? 'failed' : data.skip !== undefined ? 'skipped' : 'passed';
    ++tally[outcome];
    console.log(`  ${outcome.padEnd(7)} ${data.name} (${seconds(data.details.duration_ms)})`);
    if (outcome === 'failed') {
      tally.failures.push(describeFailure(data));
      tally.failedFiles.add(basename(data.file ?? '', '.test.mjs'));
    }
  }
  return tally;
}

async function removeLogs(failedFiles) {
  for (const name of await readdir(OUT)) {
    if (!failedFiles.has(name.replace(/-\d+\.log$/, ''))) await rm(join(OUT, name), { recursive: true });
  }
}

async function main(names) {
  const files = await chooseFiles(names);
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  const { passed, failed, skipped, failures, failedFiles } = await runFiles(files);
  await removeLogs(failedFiles);
  failures.forEach((text) => console.log(text));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 ? 1 : 0;
}

main(process.argv.slice(2)).then(
  (code) => { process.exitCode = code; },
  (error) => { console.error(error.message); process.exitCode = 2; });
