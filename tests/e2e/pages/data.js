// Data channels of a browser: what is sent to an endpoint that is connected to itself, and what comes back.
import { connected, join } from '/peer.js';
import { Rpc } from '/rpc.js';

const MESSAGE_BYTES = 64 * 1024;
const ENOUGH_BYTES = 4 * 1024 * 1024;

const opened = (channel) => channel.readyState === 'open' || new Promise((resolve) => { channel.onopen = resolve; });

async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}

function noise(length) {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65536, length)));
  return bytes;
}

// Messages begin with their number, so that those of an unordered channel find their place.
async function sendAll(channel, bytes) {
  channel.bufferedAmountLowThreshold = ENOUGH_BYTES / 2;
  for (let at = 0; at < bytes.length; at += MESSAGE_BYTES - 4) {
    const piece = bytes.subarray(at, at + MESSAGE_BYTES - 4);
    const message = new Uint8Array(piece.length + 4);
    new DataView(message.buffer).setUint32(0, at / (MESSAGE_BYTES - 4));
    message.set(piece, 4);
    channel.send(message);
    if (channel.bufferedAmount < ENOUGH_BYTES) continue;
    await new Promise((resolve) => { channel.onbufferedamountlow = resolve; });
  }
}

function receiveAll(channel, length) {
  const bytes = new Uint8Array(length);
  let came = 0, inOrder = true, next = 0;
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      const number = new DataView(data).getUint32(0);
      if (number !== next++) inOrder = false;
      bytes.set(new Uint8Array(data, 4), number * (MESSAGE_BYTES - 4));
      came += data.byteLength - 4;
      if (came >= length) resolve({ bytes, inOrder });
    };
  });
}

// Sends so much, waits until it has come back, and tells the digests of both.
export async function echo(url, { megabytes, ...channelOptions }) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const peer = await join(rpc, pipeline, { media: false, data: { label: 'bulk', ...channelOptions }, name: 'data' });
  await rpc.invoke(peer.endpoint, 'connect', { sink: peer.endpoint });
  await connected(peer.connection);
  await opened(peer.channel);
  peer.channel.binaryType = 'arraybuffer';
  const sent = noise(megabytes * 1e6);
  const begun = performance.now();
  const coming = receiveAll(peer.channel, sent.length);
  await sendAll(peer.channel, sent);
  const { bytes, inOrder } = await coming;
  const seconds = (performance.now() - begun) / 1000;
  const stats = Object.values(await rpc.invoke(peer.endpoint, 'getStats', { mediaType: 'DATA' }));
  const result = { sent: await digest(sent), received: await digest(bytes), inOrder, seconds, stats };
  peer.connection.close();
  await rpc.release(pipeline);
  await rpc.close();
  return result;
}

// Text, an empty text, bytes and no bytes, on channels of every kind, one of them agreed on by both; what came back of each.
export async function kinds(url) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const peer = await join(rpc, pipeline, { media: false, data: { label: 'first' }, name: 'kinds' });
  await rpc.invoke(peer.endpoint, 'connect', { sink: peer.endpoint });
  await opened(peer.channel);
  const channels = [
    peer.channel,
    peer.connection.createDataChannel('unordered', { ordered: false }),
    peer.connection.createDataChannel('retransmits', { ordered: false, maxRetransmits: 3, protocol: 'p' }),
    peer.connection.createDataChannel('lifetime', { maxPacketLifeTime: 2000 }),
    peer.connection.createDataChannel('', { negotiated: true, id: 20 }),
  ];
  const messages = ['text \u{1F600}', '', new Uint8Array([0, 255, 1]).buffer, new ArrayBuffer(0)];
  const came = [];
  for (const channel of channels) {
    channel.binaryType = 'arraybuffer';
    await opened(channel);
    const texts = [];
    const all = new Promise((resolve) => {
      channel.onmessage = ({ data }) => {
        texts.push(typeof data === 'string' ? `text ${data}` : `bytes ${new Uint8Array(data)}`);
        if (texts.length === messages.length) resolve();
      };
    });
    messages.forEach((message) => channel.send(message));
    await all;
    came.push(texts);
  }
  peer.connection.close();
  await rpc.release(pipeline);
  await rpc.close();
  return came;
}

// The server opens a channel, and both of them close one.
export async function openAndClose(url, events) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const peer = await join(rpc, pipeline, { media: false, data: { label: 'ours' }, name: 'open' });
  const told = [];
  let look = () => {};
  for (const type of events) {
    await rpc.on(peer.endpoint, type, ({ channelId }) => {
      told.push(`${type} ${channelId}`);
      look();
    });
  }
  const areTold = (expected) => new Promise((resolve) => {
    look = () => { if (expected.every((event) => told.includes(event))) resolve(); };
    look();
  });
  const theirs = new Promise((resolve) => { peer.connection.ondatachannel = ({ channel }) => resolve(channel); });
  await opened(peer.channel);
  await rpc.invoke(peer.endpoint, 'createDataChannel', { label: 'theirs', ordered: false, maxRetransmits: 5, protocol: 'p' });
  const channel = await theirs;
  const { id, label, protocol, ordered, maxRetransmits } = channel;
  // Our own may have been open before anybody asked to be told; theirs is once the server has our acknowledgement.
  await areTold(events.filter((type) => type.includes('Open')).map((type) => `${type} ${id}`));
  const closed = new Promise((resolve) => { channel.onclose = resolve; });
  await rpc.invoke(peer.endpoint, 'closeDataChannel', { channelId: id });
  await closed;
  const { id: ownId } = peer.channel;
  const alsoClosed = new Promise((resolve) => { peer.channel.onclose = resolve; });
  peer.channel.close();
  await alsoClosed;
  await areTold(events.filter((type) => type.includes('Close')).flatMap((type) => [`${type} ${id}`, `${type} ${ownId}`]));
  peer.connection.close();
  await rpc.release(pipeline);
  await rpc.close();
  return { theirs: { id, label, protocol, ordered, maxRetransmits }, ownId, told };
}

// The browser's half of a program that does the signalling elsewhere: offer(), peer.accept() and peer.addCandidate(), then
// answerTo(), which tells what comes back of a text.
export async function offer() {
  const connection = new RTCPeerConnection();
  const channel = connection.createDataChannel('hello');
  const candidates = [];
  const gathered = new Promise((resolve) => {
    connection.onicecandidate = ({ candidate }) => (candidate ? candidates.push(candidate.toJSON()) : resolve());
  });
  window.caller = { connection, channel };
  await connection.setLocalDescription();
  await gathered;
  return { sdp: connection.localDescription.sdp, candidates };
}

export async function answerTo(text) {
  const { channel } = window.caller;
  await opened(channel);
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => resolve(data);
    channel.send(text);
  });
}
