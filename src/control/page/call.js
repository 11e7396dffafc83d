// One call between this browser and one WebRtcEndpoint of the server. The browser offers, the server answers,
// candidates trickle both ways, and what each side says about the call is kept in `status`.

import { preferCodec } from "./codecs.js";

/** Thrown out of start() when stop() came first; nobody needs to be told. */
export class CallEnded extends Error {}

const freshStatus = () => ({
  signalling: "idle", // creating, negotiating, done
  browser: { ice: "new", dtls: "new", connection: "new" },
  server: { ice: "", dtls: "", connection: "", media: "" },
  flowIn: new Set(), // media types that flow into the endpoint, on their way to this browser
  flowOut: new Set(), // media types that flow out of the endpoint, having come from this browser
  hasTraffic: false, // this browser's own statistics show media
  pair: null, // the server's {localCandidate, remoteCandidate}
  refused: [], // kinds that the answer turned down
  error: null,
});

/** Events: `change` when `status` or `remote` changed. */
export class Call extends EventTarget {
  #session;
  #plan;
  #isEnded = false;
  #isAnswered = false;
  #candidatesForServer = [];
  #candidatesForBrowser = [];

  peer = null;
  endpoint = "";
  remote = new MediaStream();
  status = freshStatus();

  /**
   * The plan: `pipeline` (id), `stream` (what to send, or null), `receives` (whether media comes back), `codec`
   * (a name, or "" for the browser's order), and `wire(endpoint)`, which connects the new endpoint to others.
   */
  constructor(session, plan) {
    super();
    this.#session = session;
    this.#plan = plan;
  }

  get sends() {
    return Boolean(this.#plan.stream);
  }

  get receives() {
    return this.#plan.receives;
  }

  /** Resolves when both sides have each other's description; the connection is made after that. */
  async start() {
    try {
      this.#openPeer();
      this.#signal("creating");
      await this.#createEndpoint();
      await this.#plan.wire(this.endpoint);
      this.#signal("negotiating");
      await this.#negotiate();
      this.#signal("done");
      await this.#whileRunning(this.#session.invoke(this.endpoint, "gatherCandidates"));
    } catch (error) {
      throw this.#isEnded ? new CallEnded() : error;
    }
  }

  /** Closes the browser's side, and the server's unless its whole pipeline goes away anyway. */
  stop({ releases = true } = {}) {
    this.#isEnded = true;
    this.peer?.close();
    if (releases && this.endpoint) this.#session.release(this.endpoint).catch(() => {});
    this.#changed();
  }

  fail(error) {
    this.status.error ??= error;
    this.#changed();
  }

  /** The sampler's word on whether media moves in the direction that matters. */
  noteTraffic(hasTraffic) {
    if (this.status.hasTraffic === hasTraffic) return;
    this.status.hasTraffic = hasTraffic;
    this.#changed();
  }

  #openPeer() {
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.peer = peer;
    peer.ontrack = ({ track }) => {
      this.remote.addTrack(track);
      this.#changed();
    };
    peer.onicecandidate = ({ candidate }) => candidate?.candidate && this.#tellServer(candidate);
    peer.oniceconnectionstatechange = () => this.#readPeer();
    peer.onconnectionstatechange = () => this.#readPeer();
    for (const kind of ["audio", "video"]) this.#addTransceiver(kind);
  }

  #addTransceiver(kind) {
    const { stream, receives, codec } = this.#plan;
    const track = stream?.getTracks().find((candidate) => candidate.kind === kind);
    if (!track && !receives) return;
    const direction = track ? (receives ? "sendrecv" : "sendonly") : "recvonly";
    const transceiver = this.peer.addTransceiver(track ?? kind, { direction, streams: stream ? [stream] : [] });
    if (kind === "video" && codec) preferCodec(transceiver, codec);
  }

  async #createEndpoint() {
    const endpoint = await this.#session.create("WebRtcEndpoint", { mediaPipeline: this.#plan.pipeline });
    this.endpoint = endpoint;
    if (this.#isEnded) {
      this.#session.release(endpoint).catch(() => {});
      throw new CallEnded();
    }
    await this.#whileRunning(Promise.all(Object.entries(this.#handlers()).map(
      ([type, handler]) => this.#session.subscribe(endpoint, type, (data) => {
        handler(data);
        this.#changed();
      }))));
  }

  /** What the server's events mean for `status`. */
  #handlers() {
    const { server, flowIn, flowOut } = this.status;
    return {
      IceCandidateFound: ({ candidate }) => this.#tellBrowser(candidate),
      IceComponentStateChanged: ({ state }) => (server.ice = state),
      NewCandidatePairSelected: ({ candidatePair }) => (this.status.pair = candidatePair),
      DtlsConnectionStateChange: ({ state }) => (server.dtls = state),
      ConnectionStateChanged: ({ newState }) => (server.connection = newState),
      MediaStateChanged: ({ newState }) => (server.media = newState),
      MediaFlowInStateChanged: ({ mediaType, state }) => note(flowIn, mediaType, state),
      MediaFlowOutStateChanged: ({ mediaType, state }) => note(flowOut, mediaType, state),
      Error: ({ description }) => this.fail(new Error(description)),
    };
  }

  async #negotiate() {
    const offer = await this.#whileRunning(this.peer.createOffer());
    await this.#whileRunning(this.peer.setLocalDescription(offer));
    const sdp = await this.#whileRunning(this.#session.invoke(this.endpoint, "processOffer", { offer: offer.sdp }));
    await this.#whileRunning(this.peer.setRemoteDescription({ type: "answer", sdp }));
    this.#isAnswered = true;
    this.status.refused = this.peer.getTransceivers()
      .filter(({ stopped, currentDirection }) => stopped || currentDirection === "inactive")
      .map(({ receiver }) => receiver.track.kind);
    for (const candidate of this.#candidatesForServer.splice(0)) this.#tellServer(candidate);
    for (const candidate of this.#candidatesForBrowser.splice(0)) this.#tellBrowser(candidate);
  }

  /** The server knows the offer's m-lines only once it has answered, so candidates wait for that. */
  #tellServer(iceCandidate) {
    if (!this.#isAnswered) {
      this.#candidatesForServer.push(iceCandidate);
      return;
    }
    const { candidate, sdpMid, sdpMLineIndex } = iceCandidate;
    this.#session.invoke(this.endpoint, "addIceCandidate", { candidate: { candidate, sdpMid, sdpMLineIndex } })
      .catch(() => {}); // told in the exchange; the call lives if another candidate works
  }

  #tellBrowser(iceCandidate) {
    if (!this.#isAnswered) {
      this.#candidatesForBrowser.push(iceCandidate);
      return;
    }
    const { candidate, sdpMid, sdpMLineIndex } = iceCandidate;
    this.peer.addIceCandidate({ candidate, sdpMid, sdpMLineIndex }).catch(() => {}); // as above
  }

  #readPeer() {
    const { browser } = this.status;
    browser.ice = this.peer.iceConnectionState;
    browser.connection = this.peer.connectionState;
    const transport = this.peer.getTransceivers().map(({ sender }) => sender.transport).find(Boolean);
    if (transport) {
      browser.dtls = transport.state;
      transport.onstatechange ??= () => this.#readPeer();
    }
    this.#changed();
  }

  async #whileRunning(promise) {
    const value = await promise;
    if (this.#isEnded) throw new CallEnded();
    return value;
  }

  #signal(step) {
    this.status.signalling = step;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function note(flowing, mediaType, state) {
  if (state === "FLOWING") flowing.add(mediaType);
  else flowing.delete(mediaType);
}
