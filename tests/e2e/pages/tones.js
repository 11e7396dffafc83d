// Sounds that can be told from each other, and what of them is heard.

let shared;
const audio = () => (shared ??= new AudioContext({ sampleRate: 48000 }));

// A track of one tone, or of several.
export function toneTrack(tones, loudness = 0.2) {
  const context = audio();
  const gain = new GainNode(context, { gain: loudness });
  const out = context.createMediaStreamDestination();
  gain.connect(out);
  for (const hertz of [tones].flat()) {
    const oscillator = new OscillatorNode(context, { frequency: hertz });
    oscillator.connect(gain);
    oscillator.start();
  }
  return out.stream.getAudioTracks()[0];
}

// How loud each tone is in what a connection receives, in dB of full scale; the loudest over `seconds`.
export async function loudnessOf(stream, tones, seconds = 2) {
  const context = audio();
  await context.resume();
  // Chromium hands a remote stream to Web Audio only while an element plays it.
  const player = Object.assign(new Audio(), { srcObject: stream, muted: true });
  await player.play();
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  const source = context.createMediaStreamSource(stream);
  source.connect(analyser);
  const spectrum = new Float32Array(analyser.frequencyBinCount);
  const loudest = tones.map(() => -Infinity);
  const until = performance.now() + 1000 * seconds;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    analyser.getFloatFrequencyData(spectrum);
    tones.forEach((hertz, i) => {
      const bin = Math.round(hertz * analyser.fftSize / context.sampleRate);
      loudest[i] = Math.max(loudest[i], ...spectrum.slice(bin - 2, bin + 3));
    });
  }
  source.disconnect();
  return loudest;
}
