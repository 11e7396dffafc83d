// Objects of every class, and plausible arguments for every operation, for the test of the whole surface.
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

const FILE = join(ROOT, 'tests/transcripts/media/test.webm');
const KEY = 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw';  // 30 bytes: for the suites of 128 bits

// By the name of the parameter, member or property; what is not here is a value by its type.
const VALUES = {
  uri: `file://${FILE}`,
  backgroundImage: '',
  caps: undefined,
  command: 'videoflip method=horizontal-flip',
  filterType: 'VIDEO',
  codec: undefined,
  width: 320,
  height: 240,
  framerate: undefined,
  networkCache: 500,
  disconnectionTimeout: 3,
  mediaProfile: 'WEBM',
  moduleName: 'core',
  interval: 5,
  keyBase64: KEY,
  crypto: undefined,
  useIpv6: false,
  recvonly: false,
  sendonly: false,
  useDataChannels: true,
  mediaType: 'VIDEO',
  media: 'VIDEO',
  maxPacketLifeTime: -1,
  maxRetransmits: 3,
  sdpMid: '0',
  sdpMLineIndex: 0,
  candidate: undefined,
  overlayImage: '',
  image: '',
  activeImage: '',
  windowId: 'window',
  imageTransparency: 0.5,
  points: [{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 1, y: 1 }],
  id: 'window',
  key: 'key',
  processingWidth: 160,
  mtu: 1100,
  plateWidthPercentage: 0.4,
  networkInterfaces: 'lo',
  stunServerAddress: '127.0.0.1',
  stunServerPort: 3478,
  turnUrl: 'user:password@127.0.0.1:3478?transport=udp',
  externalIPv4: '198.51.100.1',
  externalIPv6: '2001:db8::1',
  propertyName: 'method',
  propertyValue: 'vertical-flip',
  sourceMediaDescription: 'default',
  sinkMediaDescription: 'default',
  description: 'default',
  position: 500,
  occupancyLevelMin: 10, occupancyLevelMed: 35, occupancyLevelMax: 65,
  fluidityLevelMin: 10, fluidityLevelMed: 35, fluidityLevelMax: 65,
  minVideoSendBandwidth: 200,
  maxVideoSendBandwidth: 900,
  denominator: 1,
  numerator: 15,
};

// Where a name means something else; and only one of a record's members may be given.
const VALUES_OF = {
  'RecorderEndpoint.uri': ({ folder }) => `file://${folder}/recorded-${Math.random()}.webm`,
  'IceCandidate.candidate': () => 'candidate:1 1 UDP 2013266431 127.0.0.1 50000 typ host',
  'SDES.key': () => undefined,
  'SDES.crypto': () => 'AES_128_CM_HMAC_SHA1_80',
  'FaceOverlayFilter.uri': ({ images }) => images,
  'ImageOverlayFilter.uri': ({ images }) => images,
  'ChromaFilter.uri': ({ images }) => images,
  'Composite.framerate': () => 10,
  'removeTag.key': () => 'removed',
};

// A value for a parameter of this name and type. `seen` gets the types that are sent; `context` says of what the parameter is.
export function valueFor(world, facts, cls, { name, type }, context, seen) {
  const known = VALUES_OF[`${context}.${name}`] ?? VALUES_OF[`${cls.name}.${name}`];
  if (known) return known(world);
  if (VALUES[name] !== undefined && !type.endsWith('[]')) return VALUES[name];
  if (type.endsWith('[]')) {
    const items = Array.isArray(VALUES[name]) ? VALUES[name] : [valueFor(world, facts, cls, { name: '', type: type.slice(0, -2) }, name, seen)];
    if (facts.typeNamed(cls.module, type.slice(0, -2))) seen.add(`${facts.typeNamed(cls.module, type.slice(0, -2)).module}:${type.slice(0, -2)}`);
    return items;
  }
  if (type.endsWith('<>')) return { a: valueFor(world, facts, cls, { name: '', type: type.slice(0, -2) }, name, seen) };
  if (facts.classes.has(type)) return world.objectOf(type, name);
  const declared = facts.typeNamed(cls.module, type);
  if (declared?.format === 'ENUM') {
    seen.add(`${declared.module}:${type}`);
    return declared.values[0];
  }
  if (declared) {
    seen.add(`${declared.module}:${type}`);
    const members = facts.recordMembers(facts.types, declared);
    return Object.fromEntries(members.map((m) => [m.name, valueFor(world, facts, cls, m, type, seen)]).filter(([, v]) => v !== undefined));
  }
  return { String: 'text', boolean: true, int: 1, int64: 1, float: 0.5, double: 0.5 }[type];
}

// What no parameter of this type may be.
export function wrongFor(facts, cls, type) {
  const declared = facts.typeNamed(cls.module, type);
  return /\[\]$|<>$/.test(type) || declared?.format === 'REGISTER' ? 5 : {};
}

// One pipeline, with objects for parameters that are objects.
export class World {
  #ports = [];

  static async make(rpc, { folder, images }) {
    const world = new World();
    Object.assign(world, { rpc, folder, images });
    world.pipeline = await rpc.create('MediaPipeline');
    const mediaPipeline = world.pipeline;
    world.element = await rpc.create('PassThrough', { mediaPipeline });
    world.hub = await rpc.create('Dispatcher', { mediaPipeline });
    return world;
  }

  // The hub's methods take ports of its own.
  async portsOf(hub) { this.#ports = [await this.rpc.create('HubPort', { hub }), await this.rpc.create('HubPort', { hub })]; }

  objectOf(type, name) {
    return { MediaPipeline: this.pipeline, Hub: this.hub, HubPort: this.#ports[name === 'sink' ? 1 : 0] }[type] ?? this.element;
  }

  release() { return this.rpc.release(this.pipeline); }
}

const other = ({ rpc }, type, mediaPipeline) => rpc.create(type, { mediaPipeline });

// The peer is like the object itself: with keys where it has them.
async function offered({ world, type, make = () => other(world, type, world.pipeline) }) {
  const peer = await make();
  return { offer: await world.rpc.invoke(peer, 'generateOffer') };
}

async function negotiated(it) { await it.world.rpc.invoke(it.object, 'processOffer', await offered(it)); }

async function until(what, test, timeout_ms = 10000) {
  const deadline = performance.now() + timeout_ms;
  while (!(await test())) {
    if (performance.now() > deadline) throw new Error(`${what} takes longer than ${timeout_ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function playing({ world: { rpc }, object }) {
  await rpc.invoke(object, 'play');
  await until('opening the file', async () => (await rpc.invoke(object, 'getVideoInfo')).isSeekable);
}

// What has to be done with a new object before a method, by owner and name; gives arguments that are known only then.
export const BEFORE = {
  'MediaObject.getTag': ({ world: { rpc }, object }) => rpc.invoke(object, 'addTag', { key: 'key', value: 'value' }).then(() => {}),
  'MediaObject.removeTag': ({ world: { rpc }, object }) => rpc.invoke(object, 'addTag', { key: 'removed', value: 'value' }).then(() => {}),
  'MediaElement.disconnect': ({ world: { rpc, element }, object }) => rpc.invoke(object, 'connect', { sink: element }).then(() => {}),
  'SdpEndpoint.generateOffer': () => {},
  'SdpEndpoint.processOffer': offered,
  'SdpEndpoint.processAnswer': async ({ world, object, make }) => {
    const offer = await world.rpc.invoke(object, 'generateOffer');
    const answer = await world.rpc.invoke(await make(), 'processOffer', { offer });
    return { answer };
  },
  'SdpEndpoint.getLocalSessionDescriptor': negotiated,
  'SdpEndpoint.getRemoteSessionDescriptor': negotiated,
  'BaseRtpEndpoint.requestKeyframe': async (it) => {
    const source = await other(it.world, 'WebRtcEndpoint', it.world.pipeline);
    await it.world.rpc.invoke(source, 'processOffer', await offered({ world: it.world, type: 'WebRtcEndpoint' }));
    await it.world.rpc.invoke(source, 'connect', { sink: it.object });
    await negotiated(it);
  },
  'WebRtcEndpoint.gatherCandidates': negotiated,
  'WebRtcEndpoint.addIceCandidate': async (it) => {
    await negotiated(it);
    const description = await it.world.rpc.invoke(it.object, 'getRemoteSessionDescriptor');
    const sdpMid = /^a=mid:(\S+)/m.exec(description)[1];
    return { candidate: { candidate: VALUES_OF['IceCandidate.candidate'](), sdpMid, sdpMLineIndex: 0 } };
  },
  'PlayerEndpoint.getPosition': playing,
  'PlayerEndpoint.setPosition': playing,
  'UriEndpoint.pause': ({ world, object, type }) => (type === 'PlayerEndpoint' ? playing({ world, object }) : undefined),
};

// Values of enumerations, each to be taken: [type, function that hands it in].
export const CHOICES = [
  ['MediaType', ({ rpc, element }, mediaType) => rpc.invoke(element, 'getSourceConnections', { mediaType })],
  ['GstreamerDotDetails', ({ rpc, pipeline }, details) => rpc.invoke(pipeline, 'getGstreamerDot', { details })],
  ['VideoCodec', ({ rpc, element }, codec) =>
    rpc.invoke(element, 'setVideoFormat', { caps: { codec, framerate: { numerator: 30, denominator: 1 } } })],
  ['AudioCodec', ({ rpc, element }, codec) => rpc.invoke(element, 'setAudioFormat', { caps: { codec, bitrate: 0 } })],
  ['MediaProfileSpecType', ({ rpc, pipeline, folder }, mediaProfile) =>
    rpc.create('RecorderEndpoint', { mediaPipeline: pipeline, uri: `file://${folder}/profile`, mediaProfile })],
  ['CertificateKeyType', ({ rpc, pipeline }, certificateKeyType) =>
    rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline, certificateKeyType })],
  ['DSCPValue', ({ rpc, pipeline }, qosDscp) => rpc.create('WebRtcEndpoint', { mediaPipeline: pipeline, qosDscp })],
  ['CryptoSuite', ({ rpc, pipeline }, crypto) => rpc.create('RtpEndpoint', { mediaPipeline: pipeline, crypto: { crypto } })],
  ['FilterType', ({ rpc, pipeline }, filterType) => rpc.create('GStreamerFilter',
    { mediaPipeline: pipeline, command: filterType === 'AUDIO' ? 'volume volume=0.5' : 'videobalance saturation=0', filterType })],
];
