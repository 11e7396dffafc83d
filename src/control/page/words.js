// The state of a call in one word and in a sentence, and errors with what to do about them.

/** idle, starting, connecting, connected, flowing, interrupted or failed. */
export function stateOf(call) {
  if (!call) return "idle";
  const { status } = call;
  if (failureOf(call)) return "failed";
  if (status.signalling !== "done") return "starting";
  if (status.browser.connection === "disconnected") return "interrupted";
  if (status.browser.connection !== "connected") return "connecting";
  return isFlowing(call) ? "flowing" : "connected";
}

/** The server's events say so, or the browser's own count of bytes. */
function isFlowing({ receives, status }) {
  const flow = receives ? status.flowIn : status.flowOut;
  return flow.size > 0 || status.hasTraffic;
}

/** {what, todo} of a call that cannot go on, or null. */
export function failureOf({ status }) {
  if (status.error) return explain(status.error);
  if (status.browser.dtls === "failed" || status.server.dtls === "FAILED") return FAILURES.dtls;
  if (status.browser.connection === "failed" || status.browser.ice === "failed") return FAILURES.ice;
  if (status.refused.includes("video")) return FAILURES.codec;
  return null;
}

const FAILURES = {
  ice: {
    what: "No network path between this browser and the server was found.",
    todo: "Check that UDP from here to the server's media ports is open; behind NAT, set externalIPv4 in WebRtcEndpoint.conf.ini.",
  },
  dtls: {
    what: "The two sides could not agree on encryption keys (DTLS).",
    todo: "Press Start again; if it stays so, look at the server's certificate settings.",
  },
  codec: {
    what: "The server turned down the video that this browser offered.",
    todo: "Choose another video codec and start again.",
  },
};

export const SENTENCES = {
  idle: "Not started.",
  starting: "Agreeing on the call with the server…",
  connecting: "Looking for a network path and exchanging keys…",
  connected: "Connected, waiting for media…",
  flowing: "Media is flowing.",
  interrupted: "The network path is interrupted; waiting for it to come back…",
  failed: "The call failed.",
};

/** The four steps of a call: [{step, level, word, detail}], level being off, busy, good or bad. */
export function stepsOf(call) {
  if (!call) return ["signalling", "ice", "dtls", "media"].map((step) => ({ step, level: "off", word: "idle", detail: "" }));
  return [signallingStep(call), iceStep(call), dtlsStep(call), mediaStep(call)];
}

function signallingStep({ status }) {
  const word = { idle: "idle", creating: "creating endpoint", negotiating: "negotiating", done: "agreed" }[status.signalling];
  const level = status.signalling === "done" ? "good" : status.error ? "bad" : "busy";
  return { step: "signalling", level, word, detail: "" };
}

function iceStep({ status: { browser, server, pair } }) {
  const level = { new: "off", checking: "busy", connected: "good", completed: "good", disconnected: "busy", failed: "bad" }[browser.ice] ?? "off";
  return { step: "ice", level, word: wordOf(browser.ice), detail: serverSays(server.ice), pair: pair && describePair(pair) };
}

function dtlsStep({ status: { browser, server } }) {
  const level = { new: "off", connecting: "busy", connected: "good", failed: "bad" }[browser.dtls] ?? "off";
  return { step: "dtls", level, word: wordOf(browser.dtls), detail: serverSays(server.dtls) };
}

function mediaStep(call) {
  const { flowIn, flowOut } = call.status;
  const word = isFlowing(call) ? "flowing" : stateOf(call) === "connected" ? "waiting" : "idle";
  const level = { flowing: "good", waiting: "busy", idle: "off" }[word];
  return { step: "media", level, word, detail: describeFlows(kindsIn(flowOut), kindsIn(flowIn)) };
}

const kindsIn = (flow) => [...flow].sort().reverse().join(", ").toLowerCase();

function describeFlows(up, down) {
  if (up === down) return up && `↕ ${up}`;
  return [up && `↑ ${up}`, down && `↓ ${down}`].filter(Boolean).join("  ");
}

const wordOf = (state) => ({ new: "idle", completed: "connected" })[state] ?? state;
const serverSays = (state) => (state ? `server: ${state.toLowerCase()}` : "");

/** The server's pair as “server address ↔ browser address”. */
function describePair({ localCandidate, remoteCandidate }) {
  const end = (candidate) => {
    const [, , protocol, , address, port, , type] = candidate.split(" ");
    return { protocol: protocol?.toLowerCase(), text: `${address}:${port} (${type})` };
  };
  const server = end(localCandidate);
  return `${server.protocol}, server ${server.text} ↔ browser ${end(remoteCandidate).text}`;
}

const CAMERA_ERRORS = {
  NotAllowedError: ["The camera may not be used.", "Allow it in the address bar, or choose the test picture."],
  NotFoundError: ["No camera or microphone was found.", "Connect one, or choose the test picture."],
  NotReadableError: ["The camera is in use by another program.", "Close that program, or choose the test picture."],
};

/** An error as {what, todo}. */
export function explain(error) {
  const [what, todo] = CAMERA_ERRORS[error.name] ?? (error.name === "RpcError" ? rpcError(error) : otherError(error));
  return { what: asSentence(what), todo };
}

const asSentence = (text) => (/[.!?…]$/.test(text) ? text : `${text}.`);
const otherError = (error) => [error.message || String(error), "Press Start again."];

function rpcError({ code, type, method, message }) {
  if (type === "TIMEOUT" || type === "CONNECTION_LOST") return [message, "Check that the server is running; the page reconnects by itself. Then press Start again."];
  if (type === "INVALID_SESSION" || code === 40007) return ["The server no longer knows this session; it was probably restarted.", "Press Start again."];
  if (code === 40101) return ["The server no longer has an object of this call.", "Press Stop, then Start again."];
  if (code === -32601 || code === 40108) return [`The server does not offer what the page asked for: ${message}`, "This server may be older than the page; reload the page."];
  if (code >= 40200 && code < 40300) return [`The server could not use this browser's offer: ${message}`, "Choose another video codec and start again."];
  return [`The server refused “${method}”: ${message}${code ? ` (${code})` : ""}`, "See the request in the exchange on this page, then try again."];
}
