// Headless Firefox with a fake camera, driven by WebDriver BiDi over its own WebSocket.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.gmp-manager.updateEnabled': false,
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'remote.active-protocols': 1,
};

async function makeProfile() {
  const profile = await mkdtemp(join(tmpdir(), 'kaskado-firefox-'));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
  await writeFile(join(profile, 'user.js'), `${lines.join('\n')}\n`);
  return profile;
}

// The address stands on the process's standard error once it listens.
async function listeningAddress(child) {
  for await (const line of createInterface({ input: child.stderr })) {
    const found = /WebDriver BiDi listening on (ws:\S+)/.exec(line);
    if (found) {
      child.stderr.resume();
      return found[1];
    }
  }
  throw new Error('Firefox ended before it listened');
}

class Bidi {
  #socket;
  #next = 0;
  #waiting = new Map();
  onEvent = () => {};

  constructor(socket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(JSON.parse(data)));
    socket.on('close', () => this.#waiting.forEach(({ reject }) => reject(new Error('Firefox went away'))));
  }

  send(method, params) {
    const id = ++this.#next;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive(message) {
    if (message.type === 'event') return this.onEvent(message.method, message.params);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'error') waiting?.reject(new Error(`${message.error}: ${message.message}`));
    else waiting?.resolve(message.result);
  }
}

export async function launchFirefox() {
  const profile = await makeProfile();
  const child = spawn(process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' } });
  const exited = once(child, 'exit');
  try {
    const socket = new WebSocket(`${await listeningAddress(child)}/session`);
    await once(socket, 'open');
    const bidi = new Bidi(socket);
    const { capabilities } = await bidi.send('session.new', { capabilities: {} });
    await bidi.send('session.subscribe', { events: ['log.entryAdded'] });
    return {
      name: `Firefox ${capabilities.browserVersion}`,
      open: (url) => openPage(bidi, url),
      close: () => closeFirefox(child, exited, profile),
    };
  } catch (error) {
    await closeFirefox(child, exited, profile);
    throw error;
  }
}

async function closeFirefox(child, exited, profile) {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(timer);
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}

async function openPage(bidi, url) {
  const { context } = await bidi.send('browsingContext.create', { type: 'tab' });
  const errors = [];
  bidi.onEvent = (method, { level, text, source }) => {
    if (method === 'log.entryAdded' && level === 'error' && source.context === context) errors.push(text);
  };
  await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' });
  const evaluate = async (fn, argument) => {
    const expression = `(async () => JSON.stringify(await (${fn})(${JSON.stringify(argument)})) ?? 'null')()`;
    const answer = await bidi.send('script.evaluate',
      { expression, target: { context }, awaitPromise: true, userActivation: true });
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
    return JSON.parse(answer.result.value);
  };
  return {
    errors,
    evaluate,
    ready: () => evaluate(async () => {
      while (window.ready !== true) await new Promise((resolve) => setTimeout(resolve, 10));
    }),
    click: (selector) => evaluate((it) => document.querySelector(it).click(), selector),
    close: () => bidi.send('browsingContext.close', { context }),
  };
}
