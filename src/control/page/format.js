// Numbers as people read them.

const oneDecimal = (number) => (number < 10 ? number.toFixed(1) : String(Math.round(number)));

/** `unit` is one of bit/s, %, ms and fps; null is a dash. */
export function formatValue(value, unit) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (unit === "bit/s") return formatBitrate(value);
  if (unit === "fps") return `${Math.round(value)} fps`;
  if (unit === "%") return `${oneDecimal(value)} %`;
  return `${oneDecimal(value)} ${unit}`;
}

function formatBitrate(value_bps) {
  if (value_bps >= 1e6) return `${(value_bps / 1e6).toFixed(value_bps < 1e7 ? 2 : 1)} Mbit/s`;
  return `${Math.round(value_bps / 1e3)} kbit/s`;
}

/** A number on an axis whose unit is told elsewhere: 1500000 is 1.5 M. */
export function formatTick(value) {
  if (value >= 1e6) return `${value / 1e6} M`;
  if (value >= 1e3) return `${value / 1e3} k`;
  return String(value);
}

export function formatTime(date) {
  const part = (number, width = 2) => String(number).padStart(width, "0");
  return `${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}.${part(date.getMilliseconds(), 3)}`;
}
