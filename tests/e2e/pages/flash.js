// Flashes and beeps of one clock, a tenth of a second long, once a second: what recordings are judged by.
import { connected, join } from '/peer.js';
import { sendAtLeast } from '/studio.js';
import { Rpc } from '/rpc.js';

const WIDTH = 320, HEIGHT = 240, FPS = 30;
let publishers = [];

function flashTracks() {
  const audio = new AudioContext({ sampleRate: 48000, latencyHint: 'interactive' });
  const out = audio.createMediaStreamDestination();
  const gate = new GainNode(audio, { gain: 0 });
  gate.connect(out);
  const tone = new OscillatorNode(audio, { frequency: 1000 });
  tone.connect(gate);
  tone.start();
  const begin = Math.ceil(audio.currentTime) + 1;
  for (let second = begin; second < begin + 600; ++second) {
    gate.gain.setValueAtTime(0.5, second);
    gate.gain.setValueAtTime(0, second + 0.1);
  }
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d');
  const [video] = canvas.captureStream(0).getVideoTracks();
  let number = 0;
  // A picture is taken at each thirtieth of a second of the sound's clock, so that one is taken when a beep begins.
  function paint() {
    if (video.readyState === 'ended') return;
    const frame = Math.round(audio.currentTime * FPS);
    context.fillStyle = frame >= begin * FPS && frame % FPS < FPS / 10 ? 'white' : 'black';
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.fillStyle = `hsl(${++number * 7 % 360}, 80%, 50%)`;
    context.fillRect(number * 3 % 280, 200, 40, 40);
    video.requestFrame();
    setTimeout(paint, ((frame + 1) / FPS - audio.currentTime) * 1000);
  }
  paint();
  return new MediaStream([video, ...out.stream.getAudioTracks()]);
}

// Publishes it in a pipeline that is there; gives the endpoint.
export async function publish(url, pipeline, { codec = 'VP8' } = {}) {
  const rpc = await Rpc.open(url);
  const peer = await join(rpc, pipeline, { stream: flashTracks(), codec, name: `flash${publishers.length}` });
  await connected(peer.connection);
  await Promise.all(peer.sent);
  await sendAtLeast(peer.connection, 1e6);
  publishers.push({ rpc, ...peer });
  return peer.endpoint;
}

export function end() {
  for (const { rpc, connection } of publishers) {
    connection.close();
    rpc.close();
  }
  publishers = [];
}
