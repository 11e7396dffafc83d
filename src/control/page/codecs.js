// The video codecs that this browser can both send and receive, and how one of them is asked for.

// Repair formats accompany a codec; they are no choice of their own.
const isRepair = ({ mimeType }) => /\/(rtx|red|ulpfec|flexfec-03)$/i.test(mimeType);
const nameOf = ({ mimeType }) => mimeType.split("/")[1];
const codecsOf = (side) => side?.getCapabilities?.("video")?.codecs ?? [];

/** Names such as VP8 and H264, in the browser's order of preference. */
export function videoCodecNames() {
  const receivable = new Set(codecsOf(globalThis.RTCRtpReceiver).map(nameOf));
  const sendable = codecsOf(globalThis.RTCRtpSender).filter((codec) => !isRepair(codec)).map(nameOf);
  return [...new Set(sendable)].filter((name) => receivable.has(name));
}

/** Leaves only `name` and the repair formats in what the transceiver will offer. */
export function preferCodec(transceiver, name) {
  const side = transceiver.direction === "sendonly" ? RTCRtpSender : RTCRtpReceiver;
  const wanted = codecsOf(side).filter((codec) => nameOf(codec) === name);
  if (wanted.length) transceiver.setCodecPreferences?.([...wanted, ...codecsOf(side).filter(isRepair)]);
}
