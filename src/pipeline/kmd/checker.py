"""Checks a Model: that all that is named exists, that nothing exists twice, that defaults fit their types."""
from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from model import PRIMITIVES, Class, Entity, Enumeration, Event, Member, Model, Record, Type
import naming

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
INTEGER_BITS = {"int": 31, "int64": 63}


def check(model: Model, problems: list[str]) -> None:
    _check_modules(model, problems)
    _check_twins(model, problems)
    for table in ("classes", "records", "events"):
        for entity in getattr(model, table).values():
            _check_parent(model, table, entity, problems)
    for enumeration in model.enumerations.values():
        _check_enumeration(enumeration, problems)
    for record in model.records.values():
        _check_record(model, record, problems)
    for event in model.events.values():
        _check_members(model, event.where, model.all_members(event), event.members, problems)
    for cls in model.classes.values():
        _check_class(model, cls, problems)
    _check_events_are_raised(model, problems)


def _repeated(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [n for n in names if n in seen or seen.add(n)]


def _check_modules(model: Model, problems: list[str]) -> None:
    versions: dict[str, str] = {}
    for source in model.sources:
        expected = versions.setdefault(source.module, source.version)
        if source.version != expected:
            problems.append(f"{source.path}: module {source.module} has version {expected} in other files, "
                            f"{source.version} here")


def _check_twins(model: Model, problems: list[str]) -> None:
    owners: dict[str, str] = {}
    for event in model.events.values():
        for twin in event.twins:
            if twin in model.events:
                problems.append(f"{event.where}: its twin '{twin}' is an event of its own")
            elif twin in owners:
                problems.append(f"{event.where}: its twin '{twin}' is one of {owners[twin]} already")
            owners[twin] = event.name


def _check_parent(model: Model, table: str, entity: Class | Record | Event, problems: list[str]) -> None:
    if not NAME.match(entity.name):
        problems.append(f"{entity.where}: '{entity.name}' is no identifier")
    if entity.extends is None:
        return
    parent = getattr(model, table).get(entity.extends)
    if parent is None:
        problems.append(f"{entity.where}: extends '{entity.extends}', which is not defined")
    elif model.lineage(entity)[0].extends in getattr(model, table):
        problems.append(f"{entity.where}: descends from itself")
    elif table == "records" and not model.is_polymorphic(parent):
        problems.append(f"{entity.where}: extends '{parent.name}', which nothing extends in its own room, "
                        "where its values are of one type only")


def _check_enumeration(enumeration: Enumeration, problems: list[str]) -> None:
    if not enumeration.values:
        problems.append(f"{enumeration.where}: has no values")
    for value in enumeration.values:
        if not NAME.match(value):
            problems.append(f"{enumeration.where}: the value '{value}' is no identifier")
    for value in _repeated(naming.enumerator(v) for v in enumeration.values):
        problems.append(f"{enumeration.where}: the value '{value}' occurs twice")


def _check_record(model: Model, record: Record, problems: list[str]) -> None:
    _check_members(model, record.where, model.all_members(record), record.members, problems)

    def contains(outer: Record, seen: set[str]) -> bool:
        for member in model.all_members(outer):
            name = member.type.name
            if name == record.name:
                return True
            if name in model.records and name not in seen:
                seen.add(name)
                if contains(model.records[name], seen):
                    return True
        return False

    if contains(record, set()):
        problems.append(f"{record.where}: contains itself")


def _check_members(model: Model, where: str, inherited_and_own: list[Member], own: list[Member],
                   problems: list[str]) -> None:
    for name in _repeated(w for m in inherited_and_own for w in m.wire_names):
        problems.append(f"{where}: '{name}' occurs twice")
    for name in _repeated(m.cpp_name for m in inherited_and_own):
        problems.append(f"{where}: two names become '{name}' in C++")
    for member in own:
        if not all(NAME.match(name) for name in member.wire_names):
            problems.append(f"{where}: '{member.name}' is no identifier")
        _check_type(model, f"{where}: '{member.name}'", member.type, problems)
        if member.has_default and (fault := _default_fault(model, member.type, member.default)):
            problems.append(f"{where}: the default of '{member.name}' {fault}")


def _check_type(model: Model, where: str, type_: Type, problems: list[str]) -> None:
    name = type_.name
    if name not in PRIMITIVES and not any(name in t for t in (model.enumerations, model.records, model.classes)):
        problems.append(f"{where}: unknown type '{type_}'")


def _default_fault(model: Model, type_: Type, value: Any) -> str:
    """What is wrong with a default, empty if nothing is."""
    if type_.shape != "single":
        kind = list if type_.shape == "list" else dict
        if not isinstance(value, kind):
            return f"should be a JSON {'array' if kind is list else 'object'}"
        items = value if kind is list else value.values()
        return next(filter(None, (_default_fault(model, Type(type_.name), item) for item in items)), "")
    if type_.name in model.enumerations:
        return "" if value in model.enumerations[type_.name].values else f"is no value of {type_.name}"
    if type_.name in model.records:
        return _record_default_fault(model, model.records[type_.name], value)
    if type_.name in model.classes:
        return "cannot be an object of the server"
    return "" if _fits_primitive(type_.name, value) else f"is no {type_.name}"


def _record_default_fault(model: Model, record: Record, value: Any) -> str:
    if not isinstance(value, dict):
        return "should be a JSON object"
    members = {m.name: m for m in model.all_members(record)}
    for name, content in value.items():
        if name not in members:
            return f"has a member '{name}' that {record.name} has not"
        if fault := _default_fault(model, members[name].type, content):
            return f"has a member '{name}' that {fault}"
    missing = [m.name for m in members.values() if not m.optional and m.name not in value]
    return f"lacks '{missing[0]}'" if missing else ""


def _fits_primitive(name: str, value: Any) -> bool:
    if name == "boolean":
        return isinstance(value, bool)
    if name == "String":
        return isinstance(value, str)
    if isinstance(value, bool):
        return False
    if name in INTEGER_BITS:
        limit = 1 << INTEGER_BITS[name]
        return isinstance(value, int) and -limit <= value < limit
    return isinstance(value, (int, float))


def _check_class(model: Model, cls: Class, problems: list[str]) -> None:
    if cls.abstract and cls.constructor is not None:
        problems.append(f"{cls.where}: is abstract and has a constructor")
    if not cls.abstract and cls.constructor is None:
        problems.append(f"{cls.where}: is neither abstract nor has a constructor")
    if cls.constructor is not None:
        _check_parameters(model, f"{cls.where}: constructor", cls.constructor, problems)
    for operation in cls.operations:
        where = f"{cls.where}: {operation.name}"
        if not NAME.match(operation.name):
            problems.append(f"{cls.where}: '{operation.name}' is no identifier")
        _check_parameters(model, where, operation.parameters, problems)
        if operation.result:
            _check_type(model, f"{where}: result", operation.result, problems)
    _check_operations_are_unique(model, cls, problems)
    _check_class_events(model, cls, problems)


def _check_parameters(model: Model, where: str, parameters: list[Member], problems: list[str]) -> None:
    _check_members(model, where, parameters, parameters, problems)
    for parameter in parameters:
        record = model.records.get(parameter.type.name)
        if record and model.holds_objects(record):
            problems.append(f"{where}: '{parameter.name}' is a {record.name}, which holds objects of the server "
                            "and can only be a result")


def _check_operations_are_unique(model: Model, cls: Class, problems: list[str]) -> None:
    owners: dict[str, str] = {}
    for ancestor in model.lineage(cls):
        for operation in ancestor.operations:
            owner = owners.setdefault(operation.cpp_name, ancestor.name)
            if ancestor is cls and owner != cls.name:
                problems.append(f"{cls.where}: inherits '{operation.name}' from {owner} already")
    for name in _repeated(o.cpp_name for o in cls.operations):
        problems.append(f"{cls.where}: two operations become '{name}' in C++")


def _check_class_events(model: Model, cls: Class, problems: list[str]) -> None:
    for name in cls.events:
        if name not in model.events:
            twin_of = next((e.name for e in model.events.values() if name in e.twins), None)
            hint = f"; it is a twin of '{twin_of}', name that one" if twin_of else ""
            problems.append(f"{cls.where}: the event '{name}' is not defined{hint}")
    inherited = [e for a in model.lineage(cls) if a is not cls for e in a.events]
    for name in _repeated(inherited + cls.events):
        if name in cls.events:
            problems.append(f"{cls.where}: the event '{name}' occurs twice")


def _check_events_are_raised(model: Model, problems: list[str]) -> None:
    raised = {name for cls in model.classes.values() for name in cls.events}
    for event in model.events.values():
        if event.name not in raised and not model.is_base(event):
            problems.append(f"{event.where}: no class has this event")
