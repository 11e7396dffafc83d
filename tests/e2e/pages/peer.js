// A browser peer of the Kurento protocol in plain JavaScript: one RTCPeerConnection for each WebRtcEndpoint.
import { flowing, inbound, inboundUntil, watch } from '/probe.js';
import { Rpc } from '/rpc.js';

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
export function connected(connection, timeout_ms = 45000) {
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

// Offers to the endpoint what the connection is to be from now on. `bundle` false: as a client that knows no BUNDLE.
async function negotiate(rpc, endpoint, connection, { bundle = true } = {}) {
  await connection.setLocalDescription();
  const { sdp } = connection.localDescription;
  const offer = bundle ? sdp : sdp.replace(/a=group:BUNDLE.*\r\n/, '');
  const answer = await rpc.invoke(endpoint, 'processOffer', { offer });
  await connection.setRemoteDescription({ type: 'answer', sdp: answer });
}

// Makes a WebRtcEndpoint in `pipeline` and connects to it with trickled candidates. `stream` absent: receive only, or
// nothing at all where `media` is false. With `data` there is a data channel of that label. `transport`: "tcp" or "udp" alone.
export async function join(rpc, pipeline, { stream, codec, name, bundle = true, media = true, data, transport } = {}) {
  const endpoint = await rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline, ...(data && { useDataChannels: true }) });
  const connection = new RTCPeerConnection({ bundlePolicy: bundle ? 'balanced' : 'max-compat' });
  const video = show(connection, name ?? endpoint.split('/')[1]);
  if (stream) stream.getTracks().forEach((track) => connection.addTrack(track, stream));
  else if (media) ['audio', 'video'].forEach((kind) => connection.addTransceiver(kind, { direction: 'recvonly' }));
  prefer(connection, codec);
  const channel = data && connection.createDataChannel(data.label, data);

  const sent = [];
  const goes = ({ candidate }) => !transport || candidate.split(' ')[2]?.toLowerCase() === transport;
  connection.onicecandidate = ({ candidate }) => {
    if (candidate && goes(candidate)) sent.push(rpc.invoke(endpoint, 'addIceCandidate', { candidate: candidate.toJSON() }));
  };
  await rpc.on(endpoint, 'IceCandidateFound', ({ candidate }) => { if (goes(candidate)) connection.addIceCandidate(candidate); });
  await negotiate(rpc, endpoint, connection, { bundle });
  await rpc.invoke(endpoint, 'gatherCandidates');
  return { endpoint, connection, video, sent, channel };
}

// Sends the camera to the server and plays what comes back of it.
export async function loopback(url, { codec, bundle, transport } = {}) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const peer = await join(rpc, pipeline, { stream: await camera(), codec, bundle, transport, name: 'loopback' });
  await rpc.invoke(peer.endpoint, 'connect', { sink: peer.endpoint });
  await connected(peer.connection);
  await Promise.all(peer.sent);
  const picture = await watch(peer.video);
  const stats = await inboundUntil(peer.connection, flowing);
  const serverStats = {
    audio: await rpc.invoke(peer.endpoint, 'getStats', { mediaType: 'AUDIO' }),
    video: await rpc.invoke(peer.endpoint, 'getStats', { mediaType: 'VIDEO' }),
  };
  const transports = new Set(peer.connection.getSenders().map(({ transport }) => transport)).size;
  const iceStates = await rpc.invoke(peer.endpoint, 'getIceConnectionState');
  const pairs = await rpc.invoke(peer.endpoint, 'getICECandidatePairs');
  await rpc.release(pipeline);
  peer.connection.close();
  rpc.close();
  return { picture, stats, serverStats, transports, iceStates, pairs };
}

// Sends the camera to the server, then restarts ICE by a new offer: plays what comes back before and after.
export async function restart(url) {
  const rpc = await Rpc.open(url);
  const pipeline = await rpc.create('MediaPipeline');
  const peer = await join(rpc, pipeline, { stream: await camera(), name: 'restart' });
  await rpc.invoke(peer.endpoint, 'connect', { sink: peer.endpoint });
  await connected(peer.connection);
  const before = await watch(peer.video);
  const ice = peer.connection.getSenders()[0].transport.iceTransport;
  const fragmentOfServer = () => /a=ice-ufrag:(.*)/.exec(peer.connection.remoteDescription.sdp)[1];
  const fragments = [fragmentOfServer()];
  const moved = new Promise((resolve) => { ice.onselectedcandidatepairchange = resolve; });
  peer.connection.restartIce();
  await negotiate(rpc, peer.endpoint, peer.connection);
  await moved;
  fragments.push(fragmentOfServer());
  const after = await watch(peer.video);
  const { connectionState } = peer.connection;
  await rpc.release(pipeline);
  peer.connection.close();
  rpc.close();
  return { before, after, connectionState, fragments };
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
  await rpc.release(peer.endpoint);
  peer.connection.close();
  rpc.close();
  return { picture, stats, sdp };
}

// The browser's half of a program that does the signalling elsewhere: offer(), accept(), then addCandidate() and media().
export async function offer() {
  const connection = new RTCPeerConnection();
  const candidates = [];
  const stream = await camera();
  stream.getTracks().forEach((track) => connection.addTrack(track, stream));
  const gathered = new Promise((resolve) => {
    connection.onicecandidate = ({ candidate }) => (candidate ? candidates.push(candidate.toJSON()) : resolve());
  });
  window.caller = { connection, video: show(connection, 'caller') };
  const { sdp } = await connection.createOffer();
  await connection.setLocalDescription({ type: 'offer', sdp });
  await gathered;
  return { sdp, candidates };
}

export const accept = (sdp) => window.caller.connection.setRemoteDescription({ type: 'answer', sdp });
export const addCandidate = (candidate) => window.caller.connection.addIceCandidate(candidate);

export async function media() {
  const { connection, video } = window.caller;
  await connected(connection);
  const picture = await watch(video);
  return { picture, stats: await inboundUntil(connection, flowing) };
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
  const picture = await watch(video, { timeout_ms: disturb ? 3000 : 45000 });
  const stats = disturb ? await inbound(callee) : await inboundUntil(callee, flowing);
  caller.close();
  callee.close();
  return { picture, stats };
}
