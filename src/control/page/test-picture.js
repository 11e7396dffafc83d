// A generated moving picture with a clock, and a beep at every full second.

import { paintClockStrip } from "./clock-strip.js";

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES_PER_SECOND = 30;
const BEEP_HZ = 880;
const BEEP_S = 0.06;
const BARS = ["#c9d6df", "#e3c567", "#5fb3b3", "#7fb069", "#b079a8", "#c8553d", "#3d5a99"];

/** Resolves to {stream, kind: "test-picture", close()}. */
export async function openTestPicture() {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d", { alpha: false });
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const beeper = openBeeper();
  let second = -1;
  const draw = () => {
    const now = new Date();
    paint(context, now, isCalm);
    if (second !== -1 && now.getSeconds() !== second) beeper.beep();
    second = now.getSeconds();
  };
  draw();
  const timer = setInterval(draw, 1000 / FRAMES_PER_SECOND);
  const stream = canvas.captureStream(FRAMES_PER_SECOND);
  for (const track of beeper.tracks) stream.addTrack(track);
  const close = () => {
    clearInterval(timer);
    stream.getTracks().forEach((track) => track.stop());
    beeper.close();
  };
  return { stream, kind: "test-picture", close };
}

function openBeeper() {
  const audio = new AudioContext();
  const out = audio.createMediaStreamDestination();
  const tone = new OscillatorNode(audio, { frequency: BEEP_HZ });
  const volume = new GainNode(audio, { gain: 0 });
  tone.connect(volume).connect(out);
  tone.start();
  audio.resume(); // some browsers start it suspended; a click has led here
  const beep = () => {
    volume.gain.setTargetAtTime(0.25, audio.currentTime, 0.004);
    volume.gain.setTargetAtTime(0, audio.currentTime + BEEP_S, 0.01);
  };
  return { tracks: out.stream.getTracks(), beep, close: () => audio.close() };
}

function paint(context, now, isCalm) {
  const phase = (now.getTime() % 4000) / 4000;
  paintBackground(context);
  paintBars(context);
  paintBall(context, isCalm ? 0.125 : phase, now.getMilliseconds());
  paintClock(context, now);
  paintClockStrip(context, WIDTH, HEIGHT, performance.now());
}

function paintBackground(context) {
  const sky = context.createLinearGradient(0, 0, 0, HEIGHT);
  sky.addColorStop(0, "#12343f");
  sky.addColorStop(1, "#0a1c24");
  context.fillStyle = sky;
  context.fillRect(0, 0, WIDTH, HEIGHT);
}

function paintBars(context) {
  const width = WIDTH / BARS.length;
  BARS.forEach((colour, index) => {
    context.fillStyle = colour;
    context.fillRect(Math.round(index * width), HEIGHT - 96, Math.ceil(width), 56);
  });
}

/** The ball swings; it lights up with the beep. */
function paintBall(context, phase, millisecond) {
  const x = WIDTH / 2 + Math.sin(phase * 2 * Math.PI) * (WIDTH / 2 - 60);
  const y = 222 - Math.abs(Math.cos(phase * 2 * Math.PI)) * 36;
  context.beginPath();
  context.arc(x, y, 26, 0, 2 * Math.PI);
  context.fillStyle = millisecond < 120 ? "#ffffff" : "#43c6c0";
  context.fill();
}

function paintClock(context, now) {
  const two = (number) => String(number).padStart(2, "0");
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  context.textAlign = "center";
  context.fillStyle = "#eef6f7";
  context.font = "600 64px ui-monospace, Menlo, Consolas, monospace";
  context.fillText(`${time}.${Math.floor(now.getMilliseconds() / 100)}`, WIDTH / 2, 116);
  context.font = "500 20px system-ui, sans-serif";
  context.fillStyle = "#9fc3c7";
  context.fillText("Kaskado test picture", WIDTH / 2, 148);
}
