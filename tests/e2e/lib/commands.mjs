// Programs that tests run to their end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

// {code, out, error, took_ms}; `input` goes to its standard input.
export async function run(command, args, { input } = {}) {
  const before = performance.now();
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '', error = '';
  child.stdout.on('data', (data) => { out += data; });
  child.stderr.on('data', (data) => { error += data; });
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  const [code] = await once(child, 'close');
  return { code, out, error, took_ms: performance.now() - before };
}

// curl's answer: {status, text, took_ms}.
export async function curl(...args) {
  const { code, out, error, took_ms } = await run('curl', ['-sS', '-o', '-', '-w', '\n%{http_code}', ...args]);
  if (code !== 0) return { status: 0, text: error.trim(), took_ms };
  const at = out.lastIndexOf('\n');
  return { status: Number(out.slice(at + 1)), text: out.slice(0, at).trim(), took_ms };
}
