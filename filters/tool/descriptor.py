"""A module's descriptor, as its clients see it."""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PRIMITIVES = ("String", "boolean", "int", "int64", "float", "double")
KURENTO_MODULES = ("core", "elements", "filters")


class Fault(Exception):
    """A sentence for whoever called the tool."""


@dataclass
class Type:
    name: str
    shape: str  # "single", "list" or "map"

    @staticmethod
    def parse(text: str) -> Type:
        for suffix, shape in (("[]", "list"), ("<>", "map")):
            if text.endswith(suffix):
                return Type(text[: -len(suffix)], shape)
        return Type(text, "single")


@dataclass
class Member:
    name: str
    type: Type
    optional: bool
    doc: str


@dataclass
class Operation:
    name: str
    members: list[Member]
    result: Type | None
    doc: str
    is_setter: bool = False  # of a property


@dataclass
class Class:
    name: str
    extends: str
    abstract: bool
    constructor: list[Member]
    operations: list[Operation]
    events: list[str]
    doc: str


@dataclass
class Record:
    name: str
    extends: str | None
    members: list[Member]
    doc: str


@dataclass
class Enumeration:
    name: str
    values: list[str]
    doc: str


@dataclass
class Event:
    name: str
    extends: str
    members: list[Member]
    doc: str


@dataclass
class Module:
    name: str
    version: str
    code: dict[str, Any]
    classes: list[Class]
    records: list[Record]
    enumerations: list[Enumeration]
    events: list[Event]

    def defines(self, name: str) -> bool:
        return any(name == each.name for each in (*self.classes, *self.records, *self.enumerations))

    def qualified(self, name: str) -> str:
        """The name on the wire: `chroma.WindowParam`, `kurento.MediaPipeline`, `String`."""
        if name in PRIMITIVES:
            return name
        own = self.name not in KURENTO_MODULES and self.defines(name)
        return f"{self.name if own else 'kurento'}.{name}"

    def api(self, language: str) -> dict[str, str]:
        return self.code.get("api", {}).get(language, {})


def find(module: str, paths: str) -> Path:
    """The descriptor of that name in one of the directories, or the file itself."""
    if module.endswith(".json"):
        return Path(module)
    places = [Path(path) for path in paths.split(":") if path]
    for place in places:
        for path in (place / f"{module}.kmd.json", place / module / f"{module}.kmd.json"):
            if path.is_file():
                return path
    raise Fault(f"there is no {module}.kmd.json in KURENTO_MODULES_PATH; name the file")


def load(path: Path) -> Module:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _module(data)
    except json.JSONDecodeError as error:
        raise Fault(f"{path} is no JSON: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise Fault(f"{path} is no descriptor (the server tells what is wrong): {error!r}") from error


def _module(data: dict[str, Any]) -> Module:
    types = data.get("complexTypes", [])
    return Module(
        data["name"], data["version"], data.get("code", {}),
        [_class(each) for each in data.get("remoteClasses", [])],
        [Record(t["name"], t.get("extends"), _members(t["properties"]), t.get("doc", ""))
         for t in types if t["typeFormat"] == "REGISTER"],
        [Enumeration(t["name"], t["values"], t.get("doc", "")) for t in types if t["typeFormat"] == "ENUM"],
        [Event(e["name"], e.get("extends", "RaiseBase"), _members(e.get("properties", [])), e.get("doc", ""))
         for e in data.get("events", [])])


def _members(items: list[dict[str, Any]]) -> list[Member]:
    return [Member(i["name"], Type.parse(i["type"]), i.get("optional", False) or "defaultValue" in i, i.get("doc", ""))
            for i in items]


def _class(data: dict[str, Any]) -> Class:
    operations = [op for item in data.get("properties", []) for op in _accessors(item)]
    operations += [Operation(m["name"], _members(m.get("params", [])),
                             Type.parse(m["return"]["type"]) if "return" in m else None, m.get("doc", ""))
                   for m in data.get("methods", [])]
    return Class(data["name"], data["extends"].split(".")[-1], data.get("abstract", False),
                 _members(data.get("constructor", {}).get("params", [])), operations, data.get("events", []),
                 data.get("doc", ""))


def _accessors(data: dict[str, Any]) -> list[Operation]:
    name, type_ = data["name"], Type.parse(data["type"])
    capital = name[0].upper() + name[1:]
    accessors = [Operation("get" + capital, [], type_, data.get("doc", ""))]
    if not data.get("final") and not data.get("readOnly"):
        accessors.append(Operation("set" + capital, [Member(name, type_, False, data.get("doc", ""))], None,
                                   data.get("doc", ""), True))
    return accessors
