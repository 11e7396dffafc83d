"""Writes the npm package of a module, for kurento-client 6.18 and 7.3: `kurentoClient.register('kurento-module-NAME')`."""
from __future__ import annotations

import json
from string import Template

from descriptor import Class, Enumeration, Member, Module, Record

# What the classes of a package have in common.
SUPPORT = """'use strict';

var kurentoClient = require('kurento-client');

var checkType = kurentoClient.checkType;
var Transaction = kurentoClient.TransactionsManager.Transaction;

function inherit(derived, base) {
  derived.super_ = base;
  derived.prototype = Object.create(base.prototype, {
    constructor: { value: derived, enumerable: false, writable: true, configurable: true }
  });
  return derived;
}

function checker(type) {
  return function (key, value) {
    if (!(value instanceof type)) throw checkType.ChecktypeError(key, type, value);
  };
}

// Called with its parameters in their order; before them a transaction, behind them a callback, where there is one.
function operation(name, parameters) {
  return function () {
    var given = Array.prototype.slice.call(arguments);
    var transaction = given[0] instanceof Transaction ? given.shift() : undefined;
    var callback = typeof given[given.length - 1] === 'function' ? given.pop() : undefined;
    var params = {};
    parameters.forEach(function (parameter, i) {
      if (given[i] === undefined || given[i] === null) {
        if (parameter.required) throw new SyntaxError(parameter.name + ' param is required');
        return;
      }
      params[parameter.name] = given[i];
    });
    return kurentoClient.disguise(this._invoke(transaction, name, params, callback && callback.bind(this)), this);
  };
}

exports.inherit = inherit;
exports.checker = checker;
exports.operation = operation;
exports.kurento = function (kind, name) {
  var register = kurentoClient.register;
  var found = register[kind][name] || register.classes[name];
  if (!found) throw new Error('kurento-client has no ' + name + '; register the module that it comes from first');
  return found;
};
"""

CLASS = Template("""'use strict';

var support = require('${up}support');

var $parent = $parent_source;

// $doc
function $name() {
  $parent.call(this);
}
support.inherit($name, $parent);
$operations
$name.constructorParams = $constructor;
$name.events = $parent.events.concat($events);
$name.check = support.checker($name);

module.exports = $name;
""")

RECORD = Template("""'use strict';

var support = require('../support');

var $parent = $parent_source;

// $doc
function $name(members) {
  if (!(this instanceof $name)) return new $name(members);
  members = members || {};
  $parent.call(this, members);
  var self = this;
  $names.forEach(function (name) {
    Object.defineProperty(self, name, { writable: true, enumerable: true, value: members[name] });
  });
}
support.inherit($name, $parent);

// Enumerable, so that they reach the server.
Object.defineProperties($name.prototype, {
  __module__: { enumerable: true, value: $module },
  __type__: { enumerable: true, value: $type }
});
$name.check = support.checker($name);

module.exports = $name;
""")

ENUMERATION = Template("""'use strict';

var values = $values;

// $doc
module.exports = function (key, value) {
  if (values.indexOf(value) < 0) throw new SyntaxError(key + ' param is not one of ' + values.join(', ') + ' (' + value + ')');
};
""")


def files(module: Module) -> dict[str, str]:
    result = {"package.json": _package(module), "lib/support.js": SUPPORT, "lib/index.js": _index(module)}
    for cls in module.classes:
        folder = "lib/abstracts" if cls.abstract else "lib"
        result[f"{folder}/{cls.name}.js"] = _class(module, cls)
    for record in module.records:
        result[f"lib/complexTypes/{record.name}.js"] = _record(module, record)
    for enumeration in module.enumerations:
        result[f"lib/complexTypes/{enumeration.name}.js"] = _enumeration(enumeration)
    return result


def _package(module: Module) -> str:
    code = module.api("js")
    return json.dumps({
        "name": code.get("nodeName", f"kurento-module-{module.name}"),
        "version": _npm_version(module.version),
        "description": code.get("npmDescription", f"The module {module.name} for clients of Kurento"),
        "main": "lib/index.js",
        "peerDependencies": {"kurento-client": ">=6.18.0 <8"},
    }, indent=2) + "\n"


def _npm_version(version: str) -> str:
    return ".".join((version.split(".") + ["0", "0"])[:3])


def _index(module: Module) -> str:
    lines = ["'use strict';", "",
             f"Object.defineProperty(exports, 'name', {{ value: {json.dumps(module.name)} }});",
             f"Object.defineProperty(exports, 'version', {{ value: {json.dumps(module.version)} }});", ""]
    abstracts = [c.name for c in module.classes if c.abstract]
    types = [t.name for t in (*module.enumerations, *module.records)]
    for kind, folder, names in (("abstracts", "abstracts", abstracts), ("complexTypes", "complexTypes", types)):
        if names:
            entries = ",\n".join(f"  {name}: require('./{folder}/{name}')" for name in names)
            lines += [f"exports.{kind} = {{", entries, "};"]
    lines += [f"exports.{c.name} = require('./{c.name}');" for c in module.classes if not c.abstract]
    return "\n".join(lines) + "\n"


def _source_of_class(module: Module, cls: Class) -> str:
    parent = next((c for c in module.classes if c.name == cls.extends), None)
    if parent is None:
        return f"support.kurento('abstracts', {json.dumps(cls.extends)})"
    folder = {(False, False): "./", (False, True): "./abstracts/", (True, False): "../", (True, True): "./"}
    return f"require('{folder[cls.abstract, parent.abstract]}{parent.name}')"


def _class(module: Module, cls: Class) -> str:
    operations = ["".join((f"\n// {_line(op.doc)}" if op.doc else "",
                           f"\n{cls.name}.prototype.{op.name} = support.operation('{op.name}', {_parameters(op.members)});"))
                  for op in cls.operations]
    return CLASS.substitute(
        name=cls.name, doc=_line(cls.doc), parent=cls.extends, parent_source=_source_of_class(module, cls),
        up="../" if cls.abstract else "./", operations="\n".join(operations) + ("\n" if operations else ""),
        constructor=_constructor(module, cls.constructor), events=json.dumps(cls.events))


def _parameters(members: list[Member]) -> str:
    return "[" + ", ".join(f"{{ name: '{m.name}', required: {json.dumps(not m.optional)} }}" for m in members) + "]"


def _constructor(module: Module, members: list[Member]) -> str:
    if not members:
        return "{}"
    lines = []
    for m in members:
        name = "Object" if m.type.shape == "map" else module.qualified(m.type.name)
        extra = (", isArray: true" if m.type.shape == "list" else "") + ("" if m.optional else ", required: true")
        lines.append(f"  {m.name}: {{ type: '{name}'{extra} }}")
    return "{\n" + ",\n".join(lines) + "\n}"


def _record(module: Module, record: Record) -> str:
    parent = record.extends or "ComplexType"
    own = any(parent == r.name for r in module.records)
    source = f"require('./{parent}')" if own else f"support.kurento('complexTypes', '{parent}')"
    return RECORD.substitute(
        name=record.name, doc=_line(record.doc), parent=parent, parent_source=source,
        names=json.dumps([m.name for m in record.members]), type=json.dumps(record.name),
        module=json.dumps(module.qualified(record.name).split(".")[0]))


def _enumeration(enumeration: Enumeration) -> str:
    return ENUMERATION.substitute(values=json.dumps(enumeration.values), doc=_line(enumeration.doc))


def _line(doc: str) -> str:
    return " ".join(doc.split())
