// What Kurento's clients of one generation know (tests/kmd/facts), and whether values are of the types that it names.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

export const GENERATIONS = ['6.7', '7.3'];

const FOLDER = join(ROOT, 'tests/kmd/facts');
const SHARED = ['core', 'elements', 'filters'];  // these modules have one namespace
const NAMES_OF_TYPES = ['String', 'boolean', 'int', 'int64', 'float', 'double'];

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

// Where the server answers otherwise, by the names of tests/kmd/compatibility.json: {state, why, error?}.
export const TABLE = new Map(['differs', 'refused'].flatMap((state) =>
  Object.entries(read(join(ROOT, 'tests/kmd/compatibility.json'))[state]).map(([key, entry]) => [key, { state, ...entry }])));

export class Facts {
  classes = new Map();  // name -> {name, module, extends, abstract, constructor, properties, methods, events}
  types = new Map();  // module:name -> …
  events = new Map();

  constructor(generation) {
    this.generation = generation;
    for (const file of readdirSync(FOLDER).filter((name) => name.startsWith(`kurento-${generation}-`)).sort()) {
      const { name: module, classes, types, events } = read(join(FOLDER, file));
      for (const [name, entry] of Object.entries(classes)) {
        this.classes.set(name, { name, module, properties: [], methods: [], events: [], ...entry,
          constructor: Object.hasOwn(entry, 'constructor') ? entry.constructor : null });
      }
      for (const [name, entry] of Object.entries(types)) this.types.set(`${module}:${name}`, { name, module, ...entry });
      for (const [name, entry] of Object.entries(events)) this.events.set(`${module}:${name}`, { name, module, ...entry });
    }
  }

  // The class and those that it extends, from itself up.
  lineage(name) {
    const cls = this.classes.get(name);
    return cls ? [cls, ...this.lineage(cls.extends)] : [];
  }

  // [{owner, member}] of all that a class has of 'properties', 'methods' or 'events', each once: the nearest.
  members(name, part) {
    const found = new Map();
    for (const owner of this.lineage(name)) {
      for (const member of owner[part]) {
        const key = member.name ?? member;
        if (!found.has(key)) found.set(key, { owner, member });
      }
    }
    return [...found.values()];
  }

  find(table, module, name) {
    return [module, ...SHARED].map((from) => table.get(`${from}:${name}`)).find(Boolean);
  }

  typeNamed(module, name) { return this.find(this.types, module, name); }

  eventNamed(module, name) { return this.find(this.events, module, name); }

  is(name, ancestor) { return this.lineage(name).some((cls) => cls.name === ancestor); }

  // The members of a record or an event, with those that it extends.
  recordMembers(table, entry) {
    const parent = entry.extends && this.find(table, entry.module, entry.extends);
    return [...(parent ? this.recordMembers(table, parent) : []), ...entry.properties];
  }
}

export const namespaceOf = (module) => (SHARED.includes(module) ? 'kurento' : module);

// What is wrong with a value, as sentences. Types that it met are added to `seen`.
export function misfits(facts, module, type, value, seen, where = type) {
  const wrong = [`${where}: ${JSON.stringify(value)} is no ${type}`];
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return wrong;
    return value.flatMap((item, i) => misfits(facts, module, type.slice(0, -2), item, seen, `${where}[${i}]`));
  }
  if (type.endsWith('<>')) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return wrong;
    const items = Object.entries(value).filter(([key]) => !/^__/.test(key));
    return items.flatMap(([key, item]) => misfits(facts, module, type.slice(0, -2), item, seen, `${where}.${key}`));
  }
  if (NAMES_OF_TYPES.includes(type)) {
    const fits = { String: typeof value === 'string', boolean: typeof value === 'boolean', int: Number.isInteger(value),
      int64: Number.isInteger(value), float: typeof value === 'number', double: typeof value === 'number' }[type];
    return fits ? [] : wrong;
  }
  if (facts.classes.has(type)) {
    const named = typeof value === 'string' && /(?:^|_)(?:[^\W_]+\.)?([^\W_]+)$/.exec(value)?.[1];
    return named && facts.is(named, type) ? [] : wrong;
  }
  const declared = facts.typeNamed(module, type);
  if (!declared) return [`${where}: nobody knows the type ${type}`];
  if (declared.format === 'ENUM') {
    seen.add(`${declared.module}:${type}`);
    return declared.values.includes(value) ? [] : wrong;
  }
  return recordMisfits(facts, declared, value, seen, where);
}

// A record tells its own type, which may extend the declared one.
function recordMisfits(facts, declared, value, seen, where) {
  if (value === null || typeof value !== 'object') return [`${where}: ${JSON.stringify(value)} is no ${declared.name}`];
  const actual = facts.typeNamed(declared.module, value.__type__);
  if (!actual || value.__module__ !== namespaceOf(actual.module)) return [`${where}: ${JSON.stringify(value)} does not tell its type`];
  for (let at = actual; at !== declared; at = facts.typeNamed(at.module, at.extends)) {
    if (!at.extends) return [`${where}: ${actual.name} does not extend ${declared.name}`];
    seen.add(`${at.module}:${at.name}`);
  }
  seen.add(`${declared.module}:${declared.name}`);
  return memberMisfits(facts, facts.recordMembers(facts.types, actual), actual.module, value, seen, `${where} ${actual.name}`);
}

function memberMisfits(facts, members, module, value, seen, where) {
  return members.flatMap(({ name, type, optional }) => {
    if (value[name] === undefined) return optional ? [] : [`${where}: '${name}' is missing`];
    return misfits(facts, module, type, value[name], seen, `${where}.${name}`);
  });
}

export function eventMisfits(facts, module, name, data, seen) {
  const event = facts.eventNamed(module, name);
  if (!event) return [`nobody knows the event ${name}`];
  for (let at = event; at; at = at.extends && facts.eventNamed(at.module, at.extends)) seen.add(`${at.module}:${at.name}`);
  // Those of the server manager have no type.
  const members = facts.recordMembers(facts.events, event);
  return memberMisfits(facts, members, event.module, data, seen, name);
}
