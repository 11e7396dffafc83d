// A small internet of network namespaces: hosts behind NATs of four kinds, made with nftables, and a STUN and TURN server
// (coturn) in between.
//
//   host 10.<net>.2 ── NAT 10.<net>.1 │ 198.18.0.<net> ── bridge ── 198.18.0.1 coturn
//
// Hosts have a second way to the namespace of the tests, for the control protocol alone (10.255.<net>.0/30).
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { E2E } from './paths.mjs';

const exec = promisify(execFile);
const TAG = `kn${process.pid.toString(36)}`;
export const TURN_ADDRESS = '198.18.0.1';
export const KINDS = ['full-cone', 'restricted', 'port-restricted', 'symmetric'];

// RFC 4787 by nftables. A host has its NAT for itself, so ports are kept but where they are to be random.
const FILTERS = {
  'full-cone': `
    chain in { type nat hook prerouting priority dstnat; iifname "wan" meta l4proto udp dnat to HOST; }
    chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }`,
  restricted: `
    set known { type ipv4_addr; timeout 60s; }
    chain note { type filter hook forward priority 0; iifname "lan" oifname "wan" update @known { ip daddr }; }
    chain in { type nat hook prerouting priority dstnat; iifname "wan" meta l4proto udp ip saddr @known dnat to HOST; }
    chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }`,
  'port-restricted': `
    chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }`,
  symmetric: `
    chain out { type nat hook postrouting priority srcnat; oifname "wan" meta l4proto { tcp, udp } masquerade fully-random; }`,
};

// What nobody has asked for is not even noticed, or it would take the port that the host's own datagrams are to have.
const CLOSED = `
    chain closed { type filter hook input priority 0; iifname "wan" meta l4proto { udp, tcp } drop; }`;

// Why there can be none; empty where there can.
export async function whyNot() {
  if (process.getuid() !== 0) return 'network namespaces need root';
  for (const tool of ['ip', 'nft', 'turnserver', 'openssl', 'conntrack']) {
    try { await exec('which', [tool]); } catch { return `${tool} is missing`; }
  }
  const name = `${TAG}-probe`;
  try {
    await exec('ip', ['netns', 'add', name]);
    await exec('ip', ['netns', 'exec', name, 'sh', '-c',
      'ip link add wan type veth peer name x && ip link add br0 type bridge && nft add table ip t && nft "add chain ip t o { type nat hook postrouting priority 100; }" && nft "add rule ip t o meta l4proto udp masquerade fully-random"']);
    return '';
  } catch (error) {
    return `the kernel does not allow it: ${error.stderr?.trim() || error.message}`;
  } finally {
    await exec('ip', ['netns', 'del', name]).catch(() => {});
  }
}

class Namespace {
  constructor(name) { this.name = `${TAG}-${name}`; }
  async make() {
    await exec('ip', ['netns', 'add', this.name]);
    await this.sh('ip link set lo up');
  }
  sh(script) { return exec('ip', ['netns', 'exec', this.name, 'sh', '-ec', script]); }
  command(...command) { return ['ip', 'netns', 'exec', this.name, ...command]; }
  remove() { return exec('ip', ['netns', 'del', this.name]).catch(() => {}); }
}

// A host behind its NAT; `net` is a number of its own, 10 to 99.
class Site {
  constructor(kind, net) {
    Object.assign(this, { kind, net, host: new Namespace(`h${net}`), nat: new Namespace(`n${net}`) });
    this.address = `10.1.${net}.2`;
    this.outside = `198.18.0.${net}`;
    this.control = `10.255.${net}.2`;
  }
  async make(internet) {
    const { host, nat, net, outside } = this;
    await Promise.all([host.make(), nat.make()]);
    const link = `${TAG}c${net}`;
    await exec('sh', ['-ec', `
      ip link add ${link} type veth peer name control netns ${host.name}
      ip addr add 10.255.${net}.1/30 dev ${link}
      ip link set ${link} up`]);
    await internet.sh(`ip link add w${net} type veth peer name wan netns ${nat.name}; ip link set w${net} master br0 up`);
    await nat.sh(`
      ip link add lan type veth peer name eth0 netns ${host.name}
      ip addr add 10.1.${net}.1/24 dev lan; ip addr add ${outside}/24 dev wan
      ip link set lan up; ip link set wan up
      echo 1 > /proc/sys/net/ipv4/ip_forward
      nft -f - <<'END'
table ip nat {${FILTERS[this.kind].replaceAll('HOST', this.address)}${CLOSED}
}
END`);
    await host.sh(`
      ip addr add ${this.address}/24 dev eth0; ip link set eth0 up
      ip addr add ${this.control}/30 dev control; ip link set control up
      ip route add default via 10.1.${net}.1
      for try in $(seq 100); do ip -o link show eth0 | grep -q 'state UP' && break; sleep 0.02; done`);
  }
  // Lets the host talk to the TURN server alone, or to all again.
  async confine(confined) {
    await this.nat.sh(confined
      ? `nft 'add table ip confine'; nft 'add chain ip confine f { type filter hook forward priority 10; }'
         nft 'add rule ip confine f iifname "lan" ip daddr != ${TURN_ADDRESS} drop'
         nft 'add rule ip confine f iifname "wan" ip saddr != ${TURN_ADDRESS} drop'`
      : 'nft delete table ip confine 2>/dev/null || true');
  }
  // What keeps the host from UDP, as many a company's network does.
  async forbidUdp() {
    await this.nat.sh(`nft 'add table ip tcponly'; nft 'add chain ip tcponly f { type filter hook forward priority 11; }'
      nft 'add rule ip tcponly f meta l4proto udp drop'`);
  }
  async cut(ms) {
    await this.nat.sh('ip link set wan down');
    await sleep(ms);
    await this.nat.sh('ip link set wan up');
  }
  // The NAT gets another address outside, as at the end of a lease.
  async move(to) {
    await this.nat.sh(`ip addr del ${this.outside}/24 dev wan; ip addr add ${to}/24 dev wan; conntrack -F 2>/dev/null || true`);
    this.outside = to;
  }
  async remove() { await Promise.all([this.host.remove(), this.nat.remove()]); }
}

export class NatLab {
  #internet = new Namespace('inet');
  #sites = [];
  #turn;
  #folder;

  async open() {
    await this.#internet.make();
    // What goes to addresses that nobody has is lost, as elsewhere: coturn ends a session for which the system refuses to send.
    await this.#internet.sh(`ip link add br0 type bridge; ip addr add ${TURN_ADDRESS}/24 dev br0; ip link set br0 up
      ip link add void arp off type veth peer name abyss; ip link set abyss up; ip link set void up; ip route add default dev void`);
    this.#folder = await mkdtemp(join(tmpdir(), 'kaskado-nat-'));
    const file = (name) => join(this.#folder, name);
    await exec('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=turn', '-keyout', file('key.pem'), '-out', file('cert.pem')]);
    await writeFile(file('turn.conf'), [`listening-ip=${TURN_ADDRESS}`, `relay-ip=${TURN_ADDRESS}`, 'listening-port=3478',
      'tls-listening-port=5349', `cert=${file('cert.pem')}`, `pkey=${file('key.pem')}`, 'lt-cred-mech', 'user=user:secret', 'realm=lab',
      'no-cli', 'no-dtls', `pidfile=${file('pid')}`, `log-file=${file('log')}`, 'simple-log', `userdb=${file('db')}`, ''].join('\n'));
    const [command, ...args] = this.#internet.command('turnserver', '-c', file('turn.conf'));
    this.#turn = spawn(command, args, { stdio: 'ignore' });
    await once(this.#turn, 'spawn');
    for (let tries = 0; !(await this.#listens()); ++tries) {
      assert.ok(tries < 100, 'coturn does not listen');
      await sleep(50);
    }
  }
  async #listens() { return (await this.#internet.sh('ss -Hltn')).stdout.includes(`${TURN_ADDRESS}:5349`); }

  // A host behind a NAT of that kind.
  async site(kind, net) {
    const site = new Site(kind, net);
    this.#sites.push(site);
    await site.make(this.#internet);
    return site;
  }
  async close() {
    this.#turn?.kill('SIGKILL');
    await Promise.all(this.#sites.map((site) => site.remove()));
    await this.#internet.remove();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }
}

// The peers of one site: nat_peer.py, and what it says.
export class Peers {
  #child;
  #listeners = new Map();
  #next = 0;
  #waiting = new Set();

  async open(site, { stun = true } = {}) {
    const args = [join(E2E, 'clients/nat_peer.py'), site.address];
    if (stun) args.push(`${TURN_ADDRESS}:3478`);
    const [command, ...rest] = site.host.command('/usr/bin/python3', ...args);
    this.#child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.ready) return this.#listeners.get('ready')?.();
      for (const waiting of this.#waiting) {
        if (waiting.peer !== message.peer) continue;
        if (message.error) waiting.reject(new Error(message.error));
        else if (waiting.wants(message)) waiting.resolve(message);
      }
    });
    await new Promise((resolve) => this.#listeners.set('ready', resolve));
    return this;
  }
  add() { return new Peer(this, ++this.#next); }
  tell(message) { this.#child.stdin.write(`${JSON.stringify(message)}\n`); }
  async wait(peer, wants, ms, what) {
    const waiting = { peer, wants };
    const timer = new AbortController();
    try {
      return await Promise.race([
        new Promise((resolve, reject) => { Object.assign(waiting, { resolve, reject }); this.#waiting.add(waiting); }),
        sleep(ms, undefined, { signal: timer.signal }).then(() => { throw new Error(`${what}: not within ${ms} ms`); }),
      ]);
    } finally {
      timer.abort();
      this.#waiting.delete(waiting);
    }
  }
  close() { this.#child?.kill('SIGKILL'); }
}

export class Peer {
  constructor(peers, number) { Object.assign(this, { peers, number }); }
  #tell(what, more = {}) { this.peers.tell({ peer: this.number, do: what, ...more }); }
  async offer() {
    const offered = this.peers.wait(this.number, ({ offer }) => offer, 10000, 'the peer\'s offer');
    this.#tell('offer');
    return (await offered).offer;
  }
  answer(sdp) { this.#tell('answer', { sdp }); }
  candidate(candidate) { this.#tell('candidate', { candidate }); }
  connected(ms) { return this.peers.wait(this.number, ({ state }) => state === 'connected', ms, 'connected'); }
  async heard() {
    const told = this.peers.wait(this.number, ({ heard }) => heard !== undefined, 5000, 'what was heard');
    this.#tell('heard');
    return (await told).heard;
  }
  close() { this.#tell('close'); }
}
