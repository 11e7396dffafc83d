// Puts the page together.

import { CallCard } from "./card.js";
import { videoCodecNames } from "./codecs.js";
import { ExchangeLog } from "./exchange-log.js";
import { Loopback } from "./loopback.js";
import { OneToMany } from "./one-to-many.js";
import { Session } from "./session.js";
import { canUseCamera } from "./source.js";
import { StatsPanel } from "./stats-panel.js";
import { explain } from "./words.js";

const byId = (id) => document.getElementById(id);

/**
 * The server's WebSocket is beside this page; another path on the same server can be named with ?path=. Where the
 * server asks for an access token, it is taken from ?access_token=.
 */
function webSocketUrl() {
  const asked = new URLSearchParams(location.search);
  const { pathname } = new URL(asked.get("path") ?? "kurento", location.href);
  const token = asked.get("access_token");
  const query = token ? `?access_token=${encodeURIComponent(token)}` : "";
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${pathname}${query}`;
}

/** The choices at the head of the page, read at each start. */
const choices = {
  get source() {
    return byId("source").value;
  },
  get codec() {
    return byId("codec").value;
  },
  tellSource({ kind, fellBackFrom }) {
    const note = byId("source-note");
    note.dataset.level = fellBackFrom ? "warning" : "info";
    note.textContent = fellBackFrom
      ? `${explain(fellBackFrom).what} A generated test picture with a beep is sent instead.`
      : kind === "camera" ? "Your camera and microphone are sent." : "A generated test picture with a beep each second is sent.";
  },
};

function offerChoices() {
  byId("codec").append(...videoCodecNames().map((name) => new Option(name, name)));
  if (canUseCamera()) byId("source-note").textContent = "Without a camera, a generated test picture is sent.";
  else offerTestPictureOnly();
}

function offerTestPictureOnly() {
  byId("source").value = "test-picture";
  byId("source").querySelector("[value=camera]").disabled = true;
  byId("source-note").textContent = "Browsers give the camera to https and localhost pages only, so a generated test picture is sent.";
}

const CONNECTION_WORDS = {
  connecting: "Connecting to the server…",
  open: "Connected",
  broken: "No connection to the server; trying again…",
  closed: "Not connected",
};

async function showConnection(session) {
  const { state, closeReason, url } = session.rpc;
  const place = byId("connection");
  place.dataset.state = state;
  place.querySelector(".word").textContent = CONNECTION_WORDS[state];
  place.title = state === "open" ? `${url}\nsession ${session.id}` : closeReason || url;
  if (state !== "open") return;
  const info = await session.invoke("manager_ServerManager", "getInfo").catch(() => null);
  if (info?.version) place.title += `\nserver version ${info.version}`;
}

function start() {
  offerChoices();
  const session = new Session(webSocketUrl());
  const statistics = new StatsPanel(session, byId("statistics"));
  const log = new ExchangeLog(session.rpc, byId("exchange"));
  const parts = { session, choices, statistics };
  const loopback = new Loopback({ ...parts, card: new CallCard(byId("loopback"), { flowing: "Your picture goes to the server and comes back." }) });
  const oneToMany = new OneToMany({
    ...parts,
    card: new CallCard(byId("publisher"), { flowing: "Publishing." }),
    list: byId("viewers"),
    template: byId("viewer-template"),
  });
  session.rpc.addEventListener("state", () => showConnection(session));
  const tellLater = () => (loopback.call || oneToMany.call) && (byId("source-note").textContent = "The change counts from the next start.");
  for (const id of ["source", "codec"]) byId(id).addEventListener("change", tellLater);
  addEventListener("online", () => session.rpc.state === "broken" && session.rpc.reopen());
  addEventListener("pagehide", () => session.end());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  session.open();
  window.kaskado = { session, loopback, oneToMany, statistics, log };
}

start();
