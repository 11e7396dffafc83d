import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./page.mjs";

const { explain, failureOf, stateOf, stepsOf } = await load("words.js");
const { titleOf } = await load("exchange-title.js");

const callThat = (status = {}, receives = true) => ({
  receives,
  sends: true,
  status: {
    signalling: "done",
    browser: { ice: "connected", dtls: "connected", connection: "connected", ...status.browser },
    server: { ice: "READY", dtls: "CONNECTED", connection: "", media: "", ...status.server },
    flowIn: new Set(status.flowIn),
    flowOut: new Set(status.flowOut),
    hasTraffic: false,
    pair: null,
    refused: [],
    error: null,
    ...status.own,
  },
});

test("a call's state follows what both sides say", () => {
  assert.equal(stateOf(null), "idle");
  assert.equal(stateOf(callThat({ own: { signalling: "negotiating" } })), "starting");
  assert.equal(stateOf(callThat({ browser: { connection: "connecting" } })), "connecting");
  assert.equal(stateOf(callThat()), "connected");
  assert.equal(stateOf(callThat({ flowIn: ["VIDEO"] })), "flowing");
  assert.equal(stateOf(callThat({ flowOut: ["VIDEO"] })), "connected"); // nothing comes back yet
  assert.equal(stateOf(callThat({ flowOut: ["VIDEO"] }, false)), "flowing");
  assert.equal(stateOf(callThat({ own: { hasTraffic: true } })), "flowing");
  assert.equal(stateOf(callThat({ browser: { connection: "disconnected" } })), "interrupted");
  assert.equal(stateOf(callThat({ browser: { connection: "failed", ice: "failed" } })), "failed");
  assert.equal(stateOf(callThat({ own: { refused: ["video"] } })), "failed");
});

test("failures say what to do", () => {
  assert.match(failureOf(callThat({ browser: { ice: "failed" } })).todo, /UDP/);
  assert.match(failureOf(callThat({ server: { dtls: "FAILED" } })).what, /DTLS/);
  assert.match(explain({ name: "NotAllowedError" }).todo, /test picture/);
  assert.match(explain({ name: "RpcError", type: "INVALID_SESSION" }).todo, /Start/);
  const refusal = explain({ name: "RpcError", code: 40001, method: "create", message: "no more" });
  assert.equal(refusal.what, "The server refused “create”: no more (40001).");
});

test("the steps show both views, and the path in use", () => {
  const pair = { localCandidate: "candidate:1 1 UDP 1 10.0.0.1 5000 typ host", remoteCandidate: "candidate:2 1 UDP 1 10.0.0.2 6000 typ prflx" };
  const [signalling, ice, dtls, media] = stepsOf(callThat({ flowIn: ["AUDIO", "VIDEO"], flowOut: ["AUDIO", "VIDEO"], own: { pair } }));
  assert.equal(signalling.word, "agreed");
  assert.deepEqual([ice.word, ice.detail, ice.level], ["connected", "server: ready", "good"]);
  assert.equal(ice.pair, "udp, server 10.0.0.1:5000 (host) ↔ browser 10.0.0.2:6000 (prflx)");
  assert.equal(dtls.detail, "server: connected");
  assert.deepEqual([media.word, media.detail], ["flowing", "↕ video, audio"]);
});

test("a message's title tells objects apart", () => {
  const object = "0a1b2c3d-1_kurento.MediaPipeline/9f8e7d6c-1_kurento.WebRtcEndpoint";
  const request = { params: { object, operation: "processOffer" } };
  assert.equal(titleOf({ kind: "request", method: "invoke", message: request }), "invoke processOffer WebRtcEndpoint 9f8e");
  assert.equal(titleOf({ kind: "answer", method: "invoke", message: { error: { message: "Invalid SDP" } }, request }), "invoke processOffer failed: Invalid SDP");
  assert.equal(titleOf({ kind: "answer", method: "create", message: { result: { value: object } }, request: { params: { type: "WebRtcEndpoint" } } }), "create WebRtcEndpoint 9f8e");
  const value = { object, type: "MediaFlowInStateChanged", data: { mediaType: "VIDEO", state: "FLOWING" } };
  assert.equal(titleOf({ kind: "event", method: "onEvent", message: { params: { value } } }), "MediaFlowInStateChanged VIDEO FLOWING WebRtcEndpoint 9f8e");
  assert.equal(titleOf({ kind: "request", method: "invoke", message: { params: { object: "manager_ServerManager", operation: "getInfo" } } }), "invoke getInfo ServerManager");
});
