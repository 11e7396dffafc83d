// A browser peer of the Kurento protocol in plain JavaScript: raw JSON-RPC over a WebSocket, one
// RTCPeerConnection for each endpoint.
import { flowing, inbound, inboundUntil, watch } from '/probe.js';

export class Rpc {
  #socket;
  #next = 0;
  #waiting = new Map();
  #listeners = new Map();

  static open(url) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve(new Rpc(socket));
      socket.onerror = () => reject(new Error(`cannot connect to ${url}`));
    });
  }

  constructor(socket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
  }

  call(method, params = {}) {
    const id = ++this.#next;
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  async create(type, constructorParams = {}) {
    return (await this.call('create', { type, constructorParams })).value;
  }

  async invoke(object, operation, operationParams = {}) {
    return (await this.call('invoke', { object, operation, operationParams })).value;
  }

  // Listeners are in place before the subscription, for an event may overtake its answer.
  async on(object, type, listener) {
    this.#listeners.set(`${object} ${type}`, listener);
    await this.call('subscribe', { object, type });
  }

  close() { this.#socket.close(); }

  #receive(message) {
    if (message.method === 'onEvent') {
      const { object, type, data } = message.params.value;
      this.#listeners.get(`${object} ${type}`)?.(data);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) waiting?.reject(new Error(`${message.error.code} ${message.error.message}`));
    else waiting?.resolve(message.result);
  }
}

// Sound as it is captured: the browsers' own clean-up would take the fake microphone's beeps for noise.
const RAW_AUDIO = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

export const camera = () =>
  navigator.mediaDevices.getUserMedia({ audio: RAW_AUDIO, video: { width: 640, height: 480, frameRate: 30 } });

export function prefer(connection, codec) {
  if (!codec) return;
  for (const transceiver of connection.getTransceivers()) {
    if (transceiver.receiver.track.kind !== 'video') continue;
    const { codecs } = RTCRtpReceiver.getCapabilities('video');
    const chosen = codecs.filter(({ mimeType }) => mimeType.toUpperCase() === `VIDEO/${codec}`);
    if (chosen.length === 0) throw new Error(`this browser has no ${codec}`);
    transceiver.setCodecPreferences(chosen);
  }
}

export function show(connection, name) {
  const video = Object.assign(document.createElement('video'), { id: name, autoplay: true, playsInline: true });
  video.srcObject = new MediaStream();
  connection.addEventListener('track', ({ track }) => video.srcObject.addTrack(track));
  document.body.append(video);
  return video;
}

// Waits for the connection; what ICE saw is in the error's text when it fails.
export function connected(connection, timeout_ms = 15000) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${why}: connection ${connection.connectionState}, ICE ${connection.iceConnectionState}`));
    const timer = setTimeout(() => fail('not connected in time'), timeout_ms);
    const look = () => {
      if (connection.connectionState === 'connected') { clearTimeout(timer); resolve(); }
      if (connection.connectionState === 'failed') { clearTimeout(timer); fail('connection failed'); }
    };
    connection.addEventListener('connectionstatechange', look);
    look();
  });
}

// Makes a WebRtcEndpoint in `pipeline` and connects to it with trickled candidates. `stream` absent: receive only.
export async function join(rpc, pipeline, { stream, codec, name } = {}) {
  const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline });
  const connection = new RTCPeerConnection();
  const video = show(connection, name ?? endpoint.split('/')[1]);
  if (stream) stream.getTracks().forEach((track) => connection.addTrack(track, stream));
  else ['audio', 'video'].forEach((kind) => connection.addTransceiver(kind, { direction: 'recvonly' }));
  prefer(connection, codec);

  const sent = [];
  connection.onicecandidate = ({ candidate }) => {
    if (candidate) sent.push(rpc.invoke(endpoint, 'addIceCandidate', { candidate: candidate.toJSON() }));
  };
  const answered = Promise.withResolvers?.() ?? withResolvers();
  await rpc.on(endpoint, 'IceCandidateFound', async ({ candidate }) => {
    await answered.promise;
    await connection.addIceCandidate(candidate);
  });
  await connection.setLocalDescription();
  const answer = await rpc.invoke(endpoint, 'processOffer', { offer: connection.localDescription.sdp });
  await connection.setRemoteDescription({ type: 'answer', sdp: answer });
  answered.resolve();
  await rpc.invoke(endpoint, 'gatherCandidates');
  return { endpoint, connection, video, sent };
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

// Sends the camera to the server and plays what comes back of it.
export async function loopback(url, { codec } = {}) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const peer = await join(rpc, pipeline, { stream: await camera(), codec, name: 'loopback' });
  await rpc.invoke(peer.endpoint, 'connect', { sink: peer.endpoint });
  await connected(peer.connection);
  await Promise.all(peer.sent);
  const picture = await watch(peer.video);
  const stats = await inboundUntil(peer.connection, flowing);
  const serverStats = await rpc.invoke(peer.endpoint, 'getStats');
  await rpc.call('release', { object: pipeline });
  peer.connection.close();
  rpc.close();
  return { picture, stats, serverStats };
}

// A page that publishes until it is told to stop; others watch through the ids it hands out.
export async function publish(url, { codec } = {}) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const peer = await join(rpc, pipeline, { stream: await camera(), codec, name: 'publisher' });
  await connected(peer.connection);
  window.publisher = { rpc, pipeline, ...peer };
  return { pipeline, endpoint: peer.endpoint };
}

export async function view(url, { pipeline, source, name = 'viewer' }) {
  const rpc = await Rpc.open(url);
  const peer = await join(rpc, pipeline, { name });
  await rpc.invoke(source, 'connect', { sink: peer.endpoint });
  await connected(peer.connection);
  await Promise.all(peer.sent);
  const picture = await watch(peer.video);
  const stats = await inboundUntil(peer.connection, flowing);
  const sdp = peer.connection.localDescription.sdp;
  await rpc.call('release', { object: peer.endpoint });
  peer.connection.close();
  rpc.close();
  return { picture, stats, sdp };
}

// One colour painted over and over: frames come, and nothing is to be seen in them.
function paint(colour) {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
  const context = canvas.getContext('2d');
  setInterval(() => {
    context.fillStyle = colour;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }, 33);
  return canvas.captureStream(30).getVideoTracks()[0];
}

async function disturbed(disturb) {
  const stream = await camera();
  if (disturb === 'silent') stream.getAudioTracks()[0].enabled = false;
  const colour = { black: 'black', frozen: 'orange' }[disturb];
  return colour ? new MediaStream([paint(colour), ...stream.getAudioTracks()]) : stream;
}

// Browser to browser without any server: shows what the checks see when all is well, or with `disturb`, when not.
export async function direct({ codec, disturb } = {}) {
  const stream = await disturbed(disturb);
  const [caller, callee] = [new RTCPeerConnection(), new RTCPeerConnection()];
  caller.onicecandidate = ({ candidate }) => callee.addIceCandidate(candidate ?? undefined);
  callee.onicecandidate = ({ candidate }) => caller.addIceCandidate(candidate ?? undefined);
  const video = show(callee, 'direct');
  stream.getTracks().forEach((track) => caller.addTrack(track, stream));
  prefer(caller, codec);
  await caller.setLocalDescription();
  await callee.setRemoteDescription(caller.localDescription);
  await callee.setLocalDescription();
  await caller.setRemoteDescription(callee.localDescription);
  await connected(callee);
  if (disturb === 'cut') caller.close();
  const picture = await watch(video, { timeout_ms: disturb ? 3000 : 20000 });
  const stats = disturb ? await inbound(callee) : await inboundUntil(callee, flowing);
  caller.close();
  callee.close();
  return { picture, stats };
}
