import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { load } from "./page.mjs";

/** Stands in for the browser's: what is sent is kept, and the test says what happens. */
class FakeSocket {
  static OPEN = 1;
  static all = [];
  readyState = 0;
  sent = [];

  constructor() {
    FakeSocket.all.push(this);
  }

  static get last() {
    return FakeSocket.all.at(-1);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  accept() {
    this.readyState = 1;
    this.onopen();
  }

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  answer(result) {
    this.say({ jsonrpc: "2.0", id: this.sent.at(-1).id, result });
  }

  close() {
    this.readyState = 3;
  }

  breakOff() {
    this.readyState = 3;
    this.onclose({ reason: "" });
  }
}

globalThis.WebSocket = FakeSocket;
const { Session } = await load("session.js");
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  FakeSocket.all.length = 0;
});

async function connected() {
  const session = new Session("ws://server/kurento");
  session.open();
  FakeSocket.last.accept();
  assert.deepEqual(FakeSocket.last.sent.at(-1).params, {});
  FakeSocket.last.answer({ sessionId: "s1", serverId: "x" });
  await settled();
  return session;
}

test("a session connects first and then sends what waited, once", async () => {
  const session = new Session("ws://server/kurento");
  session.open();
  const pipeline = session.create("MediaPipeline");
  session.rpc.addEventListener("state", () => session.rpc.state === "open" && session.invoke("o", "getName"));
  FakeSocket.last.accept();
  assert.deepEqual(FakeSocket.last.sent.map(({ method }) => method), ["connect"]);
  FakeSocket.last.answer({ sessionId: "s1", serverId: "x" });
  await settled();
  assert.deepEqual(FakeSocket.last.sent.map(({ method }) => method), ["connect", "create", "invoke"]);
  FakeSocket.last.say({ id: FakeSocket.last.sent[1].id, result: { value: "p1", sessionId: "s1" } });
  assert.equal(await pipeline, "p1");
});

test("an error answer rejects with its code and type", async () => {
  const session = await connected();
  const call = session.invoke("gone", "getName");
  const { id } = FakeSocket.last.sent.at(-1);
  FakeSocket.last.say({ id, error: { code: 40101, message: "Object 'gone' not found", data: { type: "MEDIA_OBJECT_NOT_FOUND" } } });
  await assert.rejects(call, { name: "RpcError", code: 40101, type: "MEDIA_OBJECT_NOT_FOUND", method: "invoke" });
});

test("an event that comes before its subscription's answer is delivered", async () => {
  const session = await connected();
  const seen = [];
  const subscription = session.subscribe("e1", "IceCandidateFound", (data) => seen.push(data.candidate));
  FakeSocket.last.say({ method: "onEvent", params: { value: { object: "e1", type: "IceCandidateFound", data: { candidate: 7 } } } });
  FakeSocket.last.say({ method: "onEvent", params: { value: { object: "e2", type: "IceCandidateFound", data: { candidate: 8 } } } });
  FakeSocket.last.answer({ value: "sub" });
  await subscription;
  assert.deepEqual(seen, [7]);
});

test("after a break the session is taken up and what was under way is sent again under its id", async () => {
  const session = await connected();
  const call = session.invoke("e1", "processOffer", { offer: "v=0" });
  const { id } = FakeSocket.last.sent.at(-1);
  FakeSocket.last.breakOff();
  assert.equal(session.rpc.state, "broken");
  mock.timers.tick(1000);
  FakeSocket.last.accept();
  assert.deepEqual(FakeSocket.last.sent[0].params, { sessionId: "s1" });
  FakeSocket.last.answer({ sessionId: "s1", serverId: "x" });
  await settled();
  assert.equal(FakeSocket.last.sent[1].id, id);
  FakeSocket.last.say({ id, result: { value: "answer" } });
  assert.equal(await call, "answer");
});

test("a server that forgot the session gets a new one, and the old one's requests fail", async () => {
  const session = await connected();
  let isLost = false;
  session.addEventListener("lost", () => (isLost = true));
  const call = session.invoke("e1", "getStats");
  FakeSocket.last.breakOff();
  mock.timers.tick(1000);
  FakeSocket.last.accept();
  FakeSocket.last.say({ id: FakeSocket.last.sent[0].id, error: { code: 40007, message: "Invalid session" } });
  await settled();
  assert.deepEqual(FakeSocket.last.sent[1].params, {});
  FakeSocket.last.answer({ sessionId: "s2", serverId: "y" });
  await assert.rejects(call, { type: "INVALID_SESSION" });
  assert.ok(isLost);
  assert.equal(session.id, "s2");
  assert.equal(FakeSocket.last.sent.length, 2);
});

test("attempts grow apart but go on", async () => {
  const session = await connected();
  for (let attempt = 0; attempt < 8; attempt++) FakeSocket.last.breakOff(), mock.timers.tick(10_000);
  assert.equal(FakeSocket.all.length, 9);
  FakeSocket.last.breakOff();
  mock.timers.tick(5_000);
  assert.equal(FakeSocket.all.length, 9);
  assert.equal(session.rpc.state, "broken");
});

test("a request without an answer fails after 20 seconds, and a silent connection is replaced", async () => {
  const session = await connected();
  const call = session.create("MediaPipeline");
  mock.timers.tick(20_000); // the ping goes out now
  await assert.rejects(call, { type: "TIMEOUT", message: "The server did not answer “create”." });
  assert.equal(FakeSocket.last.sent.at(-1).method, "ping");
  mock.timers.tick(20_000);
  await settled();
  assert.equal(FakeSocket.all.length, 2);
  assert.equal(session.rpc.state, "connecting");
});

test("releasing an object ends its events and its children's", async () => {
  const session = await connected();
  let count = 0;
  session.subscribe("p1/e1", "Error", () => count++);
  session.subscribe("p2/e1", "Error", () => count++);
  session.release("p1");
  for (const object of ["p1/e1", "p2/e1"]) FakeSocket.last.say({ method: "onEvent", params: { value: { object, type: "Error", data: {} } } });
  assert.equal(count, 1);
});

test("the end of a session releases everything and rejects what waits", async () => {
  const session = await connected();
  const call = session.create("MediaPipeline");
  session.end();
  assert.deepEqual(FakeSocket.last.sent.at(-1), { jsonrpc: "2.0", id: 3, method: "closeSession", params: { release: true, sessionId: "s1" } });
  await assert.rejects(call, { type: "CONNECTION_LOST" });
  assert.equal(session.rpc.state, "closed");
});
