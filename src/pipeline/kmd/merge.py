"""The descriptors of a module merged into one, in Kurento's own format: without the keys of our own."""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from model import Class, Model, Source


@dataclass
class Module:
    name: str
    classes: list[Class]
    text: str


def modules(model: Model) -> list[Module]:
    names = list(dict.fromkeys(s.module for s in model.sources))
    return [Module(n, [c for c in model.classes.values() if c.module == n],
                   json.dumps(_merged(model, n), ensure_ascii=True)) for n in names]


def _merged(model: Model, name: str) -> dict[str, Any]:
    sources = [s for s in model.sources if s.module == name]
    merged: dict[str, Any] = {"name": name, "version": sources[0].version}
    if imports := _imports(model, name):
        merged["imports"] = imports
    merged["remoteClasses"] = [_class(model, c) for s in sources for c in s.text.get("remoteClasses", [])]
    merged["complexTypes"] = [_expanded_members(t) for s in sources for t in s.text.get("complexTypes", [])]
    merged["events"] = [e for s in sources for event in s.text.get("events", []) for e in _twins(event)]
    return merged


def _imports(model: Model, name: str) -> list[dict[str, str]]:
    """The modules that this one names anything of."""
    owners = {e.name: e.source for table in (model.classes, model.enumerations, model.records, model.events)
              for e in table.values()}
    used: dict[str, Source] = {}
    for word in _words([s.text for s in model.sources if s.module == name]):
        owner = owners.get(word.removesuffix("[]").removesuffix("<>"))
        if owner and owner.module != name:
            used[owner.module] = owner
    return [{"name": s.module, "version": s.version} for _, s in sorted(used.items())]


def _words(value: Any) -> set[str]:
    """All types, parents and events that a descriptor names."""
    if isinstance(value, list):
        return {w for item in value for w in _words(item)}
    if not isinstance(value, dict):
        return set()
    named = {value[key] for key in ("type", "extends") if isinstance(value.get(key), str)}
    named |= {e for e in value.get("events", []) if isinstance(e, str)}
    return named | {w for item in value.values() for w in _words(item)}


def _class(model: Model, data: dict[str, Any]) -> dict[str, Any]:
    data = {**data}
    if "constructor" in data:
        data["constructor"] = _without(data["constructor"], "prepares")
    if "methods" in data:
        data["methods"] = [_without(method, "answersLater") for method in data["methods"]]
    if "events" not in data:
        return data
    return {**data, "events": [w for e in data["events"] for w in model.events[e].wire_names]}


def _without(data: dict[str, Any], own: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != own}


def _twins(data: dict[str, Any]) -> list[dict[str, Any]]:
    plain = _expanded_members({k: v for k, v in data.items() if k != "twins"})
    return [{**plain, "name": name} for name in [data["name"], *data.get("twins", [])]]


def _expanded_members(data: dict[str, Any]) -> dict[str, Any]:
    if "properties" not in data:
        return data
    return {**data, "properties": [p for m in data["properties"] for p in _member_twins(m)]}


def _member_twins(data: dict[str, Any]) -> list[dict[str, Any]]:
    plain = {k: v for k, v in data.items() if k != "twins"}
    return [{**plain, "name": name} for name in [data["name"], *data.get("twins", [])]]
