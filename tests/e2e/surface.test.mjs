// Everything that the descriptors of both generations of Kurento's clients have, called once: an object of each class is made with its
// parameters, its properties are read and written, its methods called, its events subscribed to, and each answer is held
// against the type that the descriptors give it. What is otherwise stands in tests/kmd/compatibility.json, of which
// docs/compatibility.md is made; a row there that is not so fails here.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Facts, GENERATIONS, TABLE, eventMisfits, misfits, namespaceOf } from './lib/facts.mjs';
import { link } from './lib/links.mjs';
import { ROOT } from './lib/paths.mjs';
import { connect } from './lib/rpc.mjs';
import { useServer } from './lib/server.mjs';
import { BEFORE, CHOICES, World, valueFor, wrongFor } from './lib/surface.mjs';

const MARSHALL_ERROR = 40001, EVENT_NOT_SUPPORTED = 40106, FACTORY_NOT_FOUND = 40108;
const MANAGER = 'manager_ServerManager';
// Operations that have nothing to tell at times, and say so.
const MAY_BE_NULL = new Set(['MediaObject.getParent', 'MediaElement.getStats', 'MediaObject.getMediaPipeline']);
// What has to be done before their methods disturbs none of the others.
const ANY_OBJECT = new Set(['MediaObject', 'MediaElement']);
// What comes only of media of its own, by a fault, or by no message at all, and stands in other tests.
const TOLD_ELSEWHERE = {
  'filters:CodeFound': 'e2e/filters.test.mjs',
  'pointerdetector:WindowIn': 'e2e/filters.test.mjs',
  'pointerdetector:WindowOut': 'e2e/filters.test.mjs',
  'crowddetector:CrowdDetectorFluidity': 'e2e/filters.test.mjs',
  'crowddetector:CrowdDetectorOccupancy': 'e2e/filters.test.mjs',
  'crowddetector:CrowdDetectorDirection': 'e2e/filters.test.mjs',
  'platedetector:PlateDetected': 'e2e/filters.test.mjs',
  'armarkerdetector:MarkerCount': 'e2e/filters.test.mjs',
  'elements:OnKeySoftLimit': 'elements/rtp_media_test.cpp',
  'elements:GapsFixMethod': 'control/configuration_test.cpp',  // of a configuration file alone
  'core:CodecConfiguration': 'control/configuration_test.cpp',  // the same
};

// What they are called there.
const CALLED = { 'elements:GapsFixMethod': 'gapsFix', 'core:CodecConfiguration': 'videoCodecs' };

const accessor = (verb, name) => `${verb}${name[0].toUpperCase()}${name.slice(1)}`;

// The operations of properties and methods alike: {key, name, params, returns, isSetter}.
function operationsOf(facts, name) {
  const operations = facts.members(name, 'properties').flatMap(({ owner, member: { name: property, type, final, readOnly } }) => {
    const of = { owner, key: `${owner.name}.${property}`, property };
    const get = { ...of, name: accessor('get', property), params: [], returns: type };
    return final || readOnly ? [get] : [get, { ...of, name: accessor('set', property), params: [{ name: property, type }], reads: get }];
  });
  const methods = facts.members(name, 'methods').map(({ owner, member }) => ({ owner, key: `${owner.name}.${member.name}`, ...member }));
  return [...operations, ...methods];
}

async function outcome(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    if (error.code === undefined) throw error;
    return { error };
  }
}

const said = ({ error, value }) => (error ? `${error.code} ${error.text}` : JSON.stringify(value));

describe('The whole surface', { concurrency: 1 }, () => {
  const server = useServer();
  const seen = Object.fromEntries(GENERATIONS.map((generation) => [generation, new Set()]));
  let folder, images, rpc;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kaskado-surface-'));
    await copyFile(join(ROOT, 'tests/transcripts/media/test.webm'), join(folder, 'test.webm'));
    images = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    await once(images, 'listening');
    rpc = await connect(server.url);
  });
  after(async () => {
    await rpc?.close();
    images?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const makeWorld = () => World.make(rpc, { folder, images: `http://127.0.0.1:${images.address().port}/image.png` });

  // Side by side, for most of the time goes by in waiting for answers.
  describe('of classes', { concurrency: 12 }, () => {
    for (const generation of GENERATIONS) {
      const facts = new Facts(generation);
      for (const cls of facts.classes.values()) {
        test(`${generation}: ${cls.name}`, { timeout: 120000 }, async () => {
          const world = await makeWorld();
          const problems = await checkClass({ world, facts, cls, seen: seen[generation] });
          await world.release();
          assert.deepEqual(problems, []);
        });
      }
    }
  });

  for (const generation of GENERATIONS) {
    test(`${generation}: every value of an enumeration is taken`, { timeout: 60000 }, async () => {
      const facts = new Facts(generation);
      const world = await makeWorld();
      for (const [type, hand] of CHOICES) {
        const declared = [...facts.types.values()].find(({ name }) => name === type);
        if (!declared) continue;
        seen[generation].add(`${declared.module}:${type}`);
        await Promise.all(declared.values.map(async (value) => {
          const answer = await outcome(hand(world, value));
          assert.equal(answer.error, undefined, `${type} ${value}: ${said(answer)}`);
        }));
        await assert.rejects(hand(world, 'NO_SUCH_VALUE'), { code: MARSHALL_ERROR }, type);
      }
      await world.release();
    });
  }

  test('media of each kind tell their events and statistics', { timeout: 60000 }, async () => {
    const told = await tellAll(server.url, rpc, folder);
    for (const generation of GENERATIONS) {
      const facts = new Facts(generation);
      const problems = told.flatMap((check) => check(facts, seen[generation]));
      assert.deepEqual(problems, [], generation);
    }
  });

  test('no type and no event was left out', async () => {
    const missing = [];
    for (const generation of GENERATIONS) {
      const facts = new Facts(generation);
      for (const key of [...facts.types.keys(), ...facts.events.keys()]) {
        const elsewhere = TOLD_ELSEWHERE[key];
        if (elsewhere) assert.match(readFileSync(join(ROOT, 'tests', elsewhere), 'utf8'), new RegExp(CALLED[key] ?? key.split(':')[1]));
        const never = TABLE.get(key)?.state === 'refused';
        if (never && seen[generation].has(key)) missing.push(`${generation} ${key} is said to be refused`);
        if (!never && !elsewhere && !seen[generation].has(key)) missing.push(`${generation} ${key}`);
      }
    }
    assert.deepEqual(missing, []);
  });
});

// An object of the class, its properties, methods and events; what is wrong, as sentences.
async function checkClass(it) {
  const { world: { rpc }, facts, cls } = it;
  it.type = namespaceOf(cls.module) === 'kurento' ? cls.name : `${cls.module}.${cls.name}`;
  const refusal = TABLE.get(cls.name)?.state === 'refused' ? TABLE.get(cls.name).error : null;
  if (cls.name === 'ServerManager') return checkObject(it, MANAGER);
  if (cls.abstract || refusal) {
    const answer = await outcome(rpc.create(it.type, argumentsOf({ ...it, seen: new Set() }, cls.constructor ?? [], cls.name)));
    return answer.error?.code === (refusal ?? FACTORY_NOT_FOUND) ? [] : [`create ${cls.name}: ${said(answer)}`];
  }
  const problems = [];
  const made = [];
  const mandatory = cls.constructor.filter(({ optional }) => !optional);
  for (const params of [mandatory, cls.constructor]) {
    const answer = await outcome(rpc.create(made.length ? it.type : cls.name, argumentsOf(it, params, cls.name)));
    if (answer.error) problems.push(`create ${cls.name}(${params.map(({ name }) => name)}): ${said(answer)}`);
    else problems.push(...misfits(facts, cls.module, cls.name, answer.value, it.seen, `create ${cls.name}`));
    made.push(answer.value);
  }
  if (problems.length > 0) return problems;
  it.make = () => rpc.create(it.type, argumentsOf(it, cls.constructor, cls.name));
  problems.push(...await checkRefusals(it, cls.constructor, cls.name, (params) => rpc.create(it.type, params)));
  const description = await rpc.call('describe', { object: made[1] });
  assert.equal(description.type, cls.name);
  assert.equal(description.qualifiedType, `${namespaceOf(cls.module)}.${cls.name}`);
  if (facts.is(cls.name, 'Hub')) await it.world.portsOf(made[1]);
  problems.push(...await checkObject(it, made[1]));
  return problems;
}

const argumentsOf = ({ world, facts, cls, seen }, params, context) =>
  Object.fromEntries(params.map((param) => [param.name, valueFor(world, facts, cls, param, context, seen)]));

// Each parameter is known: one of a wrong type is refused, and so is one that has to be there and is not.
async function checkRefusals({ world, facts, cls, seen }, params, what, send) {
  const good = argumentsOf({ world, facts, cls, seen: new Set() }, params, what);
  const tries = params.flatMap(({ name, type, ...param }) => {
    const optional = param.optional || 'default' in param;
    const wrong = [`with a wrong ${name}`, { ...good, [name]: wrongFor(facts, cls, type) }];
    return optional ? [wrong] : [wrong, [`without ${name}`, Object.fromEntries(Object.entries(good).filter(([key]) => key !== name))]];
  });
  return inTurn(tries, async ([how, given]) => {
    const answer = await outcome(send(given));
    return answer.error?.code === MARSHALL_ERROR ? [] : [`${what} ${how}: ${said(answer)}`];
  });
}

// The first request of each is sent at once, in their order, and nobody waits for another's answer.
const inTurn = async (items, check) => (await Promise.all(items.map(check))).flat();

async function checkObject(it, object) {
  const problems = await inTurn(operationsOf(it.facts, it.cls.name), (operation) => checkOperation(it, object, operation));
  problems.push(...await inTurn(it.facts.members(it.cls.name, 'events'), async ({ owner, member }) => {
    const answer = await outcome(it.world.rpc.call('subscribe', { object, type: member }));
    return typeof answer.value?.value === 'string' ? [] : [`subscribe ${owner.name} ${member}: ${said(answer)}`];
  }));
  const unknown = await outcome(it.world.rpc.call('subscribe', { object, type: 'NoSuchEvent' }));
  if (unknown.error?.code !== EVENT_NOT_SUPPORTED) problems.push(`subscribe NoSuchEvent: ${said(unknown)}`);
  return problems;
}

// With the parameters that have to be there, and with all.
async function checkOperation(it, shared, operation) {
  const { world: { rpc }, cls } = it;
  const { owner, name, key, params } = operation;
  const prepare = BEFORE[`${owner.name}.${name}`];
  const mandatory = params.filter(({ optional }) => !optional);
  const problems = [];
  for (const chosen of mandatory.length < params.length ? [mandatory, params] : [params]) {
    const object = prepare && !ANY_OBJECT.has(owner.name) ? await it.make() : shared;
    const given = { ...argumentsOf(it, chosen, name), ...await prepare?.({ world: it.world, object, type: cls.name, make: it.make }) };
    const answer = await outcome(rpc.invoke(object, name, given));
    problems.push(...await checkAnswer(it, object, operation, given, answer));
  }
  const wrong = await checkRefusals(it, params.filter(({ type }) => type), `${cls.name}.${name}`, (given) => rpc.invoke(shared, name, given));
  return [...problems, ...wrong.map((problem) => `${problem} (${key})`)];
}

async function checkAnswer({ world: { rpc }, facts, cls, seen }, object, { owner, name, key, returns, property, reads }, given, answer) {
  const where = `${cls.name}.${name}(${JSON.stringify(given)})`;
  const expected = TABLE.get(key)?.error;
  if (expected) return answer.error?.code === expected ? [] : [`${where}: ${said(answer)}, not ${expected}`];
  if (answer.error) return [`${where}: ${said(answer)}`];
  if (!returns) {
    if (answer.value !== null && answer.value !== undefined) return [`${where}: ${said(answer)} of a method that answers nothing`];
    if (!reads) return [];
    const read = await outcome(rpc.invoke(object, reads.name));
    const same = property === 'position' ? typeof read.value === 'number' : contains(read.value, given[property]);
    return same ? [] : [`${where}: reads back as ${said(read)}`];
  }
  if (answer.value === null && MAY_BE_NULL.has(`${owner.name}.${name}`)) return [];
  return misfits(facts, owner.module, returns, answer.value, seen, where);
}

// What was written is there; a record may have more.
function contains(read, written) {
  if (written === null || typeof written !== 'object') return read === written;
  return Object.entries(written).every(([name, value]) => contains(read?.[name], value));
}

// Media through endpoints, hubs and files, and each event that comes of it; gives checks of what was told.
async function tellAll(url, rpc, folder) {
  const told = new Map();  // class and event -> data, the last
  const watcher = await connect(url);  // a session of its own, so that its listeners are
  const generations = GENERATIONS.map((generation) => new Facts(generation));
  const watch = async (object, type) => {
    const events = new Map(generations.flatMap((facts) => facts.members(type, 'events').map(({ owner, member }) => [member, owner.module])));
    await Promise.all([...events].map(([event, module]) => watcher.on(object, event, (data) => told.set(`${module}:${event}`, data))));
    return object;
  };
  const create = async (type, params) => watch(await rpc.create(type, params), type);
  await watch(MANAGER, 'ServerManager');
  const has = async (...events) => {
    const deadline = performance.now() + 20000;
    while (!events.every((event) => told.has(event))) {
      const missing = events.filter((event) => !told.has(event));
      assert.ok(performance.now() < deadline, `never told: ${missing}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  const mediaPipeline = await create('MediaPipeline', {});
  await rpc.invoke(mediaPipeline, 'setLatencyStats', { latencyStats: true });
  const uri = `file://${folder}/test.webm`;
  const player = await create('PlayerEndpoint', { mediaPipeline, uri });
  const end = async () => ({ rpc, candidates: [], endpoint: await create('WebRtcEndpoint', { mediaPipeline, useDataChannels: true }) });
  const [a, b] = [await end(), await end()];
  const recorder = await create('RecorderEndpoint', { mediaPipeline, uri: `file://${folder}/told.webm` });
  const through = await create('PassThrough', { mediaPipeline });
  await rpc.invoke(player, 'connect', { sink: a.endpoint });
  await rpc.invoke(b.endpoint, 'connect', { sink: through });
  await rpc.invoke(through, 'connect', { sink: recorder });
  await link(a, b);
  await rpc.invoke(a.endpoint, 'createDataChannel', { label: 'told' });
  await has('elements:DataChannelOpened', 'elements:DataChannelOpen', 'elements:OnDataChannelOpened');
  await rpc.invoke(player, 'play');
  await rpc.invoke(recorder, 'record');
  await has('core:MediaFlowInStateChanged', 'core:MediaFlowOutStateChanged', 'core:MediaTranscodingStateChanged', 'elements:Recording');
  const stats = [];
  for (const object of [a.endpoint, b.endpoint, through, recorder]) stats.push(await rpc.invoke(object, 'getStats'));
  const answers = [];
  for (const [object, operation, type] of [
    [player, 'getVideoInfo', 'VideoInfo'], [a.endpoint, 'getICECandidatePairs', 'IceCandidatePair[]'],
    [a.endpoint, 'getIceConnectionState', 'IceConnection[]'], [a.endpoint, 'getDtlsConnectionState', 'DtlsConnection[]'],
    [player, 'getSinkConnections', 'ElementConnectionData[]'],
  ]) {
    const value = await rpc.invoke(object, operation);
    assert.ok(!Array.isArray(value) || value.length > 0, operation);
    answers.push([type, value]);
  }
  await rpc.invoke(recorder, 'pause');
  await has('elements:Paused');
  await rpc.invoke(recorder, 'stopAndWait');
  await rpc.invoke(a.endpoint, 'closeDataChannel', { channelId: told.get('elements:DataChannelOpened').channelId });
  await has('elements:Stopped', 'elements:DataChannelClosed', 'elements:EndOfStream');
  await rpc.invoke(through, 'disconnect', { sink: recorder });
  const missing = await create('PlayerEndpoint', { mediaPipeline, uri: `file://${folder}/no-such-file` });
  await rpc.invoke(missing, 'play');
  await rpc.release(b.endpoint);
  await has('core:Error', 'core:ElementDisconnected', 'core:ObjectDestroyed', 'core:MediaSessionTerminated');
  await rpc.release(mediaPipeline);
  await watcher.close();
  return [
    (facts, seen) => [...told].filter(([key]) => facts.events.has(key))
      .flatMap(([key, data]) => eventMisfits(facts, ...key.split(':'), data, seen)),
    (facts, seen) => stats.flatMap((value) => misfits(facts, 'core', 'Stats<>', value, seen)),
    (facts, seen) => answers.filter(([type]) => facts.typeNamed('elements', type.replace('[]', '')))
      .flatMap(([type, value]) => misfits(facts, 'elements', type, value, seen)),
  ];
}
