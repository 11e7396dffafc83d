// The value axis of a chart: a round top and the ticks below it.

const STEPS = [1, 2, 2.5, 5, 10];

/** {top, ticks}: at most `count` steps up to the first round number that is no less than `highest`. */
export function niceScale(highest, count = 4) {
  const rough = highest / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * STEPS.find((candidate) => candidate * magnitude >= rough * (1 - 1e-9));
  const steps = Math.max(1, Math.ceil(highest / step - 1e-9));
  return { top: steps * step, ticks: Array.from({ length: steps + 1 }, (_, index) => index * step) };
}
