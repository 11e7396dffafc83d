"""Reads descriptor files into a Model and checks their form: keys, kinds of values, JSON."""
from __future__ import annotations

import json
from typing import Any, Optional

from model import (Class, Entity, Enumeration, Event, Member, Model, Operation, Record, Source, Type)
import naming

# What each part of a descriptor must and may have.
SHAPES: dict[str, tuple[dict[str, type], dict[str, type]]] = {
    "descriptor": ({"name": str, "version": str},
                   {"remoteClasses": list, "complexTypes": list, "events": list}),
    "class": ({"name": str, "doc": str},
              {"abstract": bool, "extends": str, "constructor": dict, "properties": list, "methods": list,
               "events": list}),
    "constructor": ({"doc": str, "params": list}, {"prepares": bool}),
    "parameter": ({"name": str, "type": str, "doc": str}, {"optional": bool, "defaultValue": object}),
    "property": ({"name": str, "type": str, "doc": str},
                 {"final": bool, "readOnly": bool, "defaultValue": object}),
    "method": ({"name": str, "doc": str, "params": list}, {"return": dict, "answersLater": bool}),
    "return": ({"type": str, "doc": str}, {}),
    "enumeration": ({"typeFormat": str, "name": str, "doc": str, "values": list}, {}),
    "record": ({"typeFormat": str, "name": str, "doc": str, "properties": list}, {"extends": str}),
    "member": ({"name": str, "type": str, "doc": str},
               {"optional": bool, "defaultValue": object, "twins": list}),
    "event": ({"name": str, "doc": str, "properties": list}, {"extends": str, "twins": list}),
}
JSON_NAMES = {str: "a string", bool: "a boolean", list: "a list", dict: "an object"}


class Reader:
    def __init__(self, model: Model, problems: list[str]):
        self.model = model
        self.problems = problems

    def read(self, path: str, room: str) -> None:
        text = self._load(path)
        if text is None or not self._has_shape(path, "descriptor", text):
            return
        source = Source(path, room, text["name"], text["version"], text)
        self.model.sources.append(source)
        for item in text.get("remoteClasses", []):
            self._class(source, item)
        for item in text.get("complexTypes", []):
            self._complex_type(source, item)
        for item in text.get("events", []):
            self._event(source, item)

    def _load(self, path: str) -> Optional[dict[str, Any]]:
        def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            keys = [key for key, _ in pairs]
            for key in sorted({k for k in keys if keys.count(k) > 1}):
                self.problems.append(f"{path}: the key '{key}' occurs twice in one object")
            return dict(pairs)

        try:
            with open(path, encoding="utf-8") as file:
                return json.load(file, object_pairs_hook=unique)
        except json.JSONDecodeError as error:
            self.problems.append(f"{path}:{error.lineno}: {error.msg}")
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(f"{path}: {error}")
        return None

    def _has_shape(self, where: str, shape: str, data: Any) -> bool:
        """Whether `data` has what its shape demands; says what it has beyond that."""
        if not isinstance(data, dict):
            self.problems.append(f"{where}: a {shape} should be an object")
            return False
        required, allowed = SHAPES[shape]
        for key in data.keys() - required.keys() - allowed.keys():
            self.problems.append(f"{where}: unknown key '{key}'")
        complete = True
        for key, kind in {**required, **allowed}.items():
            if key not in data:
                if key in required:
                    self.problems.append(f"{where}: '{key}' is missing")
                    complete = False
            elif not isinstance(data[key], kind):
                self.problems.append(f"{where}: '{key}' should be {JSON_NAMES[kind]}")
                complete = False
            elif kind is str and not data[key]:
                self.problems.append(f"{where}: '{key}' is empty")
                complete = False
        return complete

    def _class(self, source: Source, data: Any) -> None:
        where = self._where(source, "class", data)
        if not self._has_shape(where, "class", data):
            return
        constructor, prepares = None, False
        if "constructor" in data and self._has_shape(f"{where}: constructor", "constructor", data["constructor"]):
            constructor = self._members(f"{where}: constructor", "parameter", data["constructor"]["params"])
            prepares = data["constructor"].get("prepares", False)
        operations = []
        for item in data.get("properties", []):
            operations += self._accessors(where, item)
        for item in data.get("methods", []):
            operations += self._method(where, item)
        self._add("classes", Class(data["name"], data["doc"], source, data.get("abstract", False),
                                   data.get("extends"), constructor, operations,
                                   self._texts(where, "events", data), prepares))

    def _accessors(self, where: str, data: Any) -> list[Operation]:
        where = self._where(where, "property", data)
        if not self._has_shape(where, "property", data):
            return []
        value_type = Type.parse(data["type"])
        accessors = [Operation(naming.accessor("get", data["name"]), data["doc"], [], value_type)]
        if not data.get("final") and not data.get("readOnly"):
            value = Member(data["name"], value_type, data["doc"])
            accessors.append(Operation(naming.accessor("set", data["name"]), "", [value]))
        return accessors

    def _method(self, where: str, data: Any) -> list[Operation]:
        where = self._where(where, "method", data)
        if not self._has_shape(where, "method", data):
            return []
        result = None
        if "return" in data and self._has_shape(f"{where}: return", "return", data["return"]):
            result = Type.parse(data["return"]["type"])
        return [Operation(data["name"], data["doc"], self._members(where, "parameter", data["params"]), result,
                          data.get("answersLater", False))]

    def _complex_type(self, source: Source, data: Any) -> None:
        where = self._where(source, "type", data)
        form = data.get("typeFormat") if isinstance(data, dict) else None
        if form == "ENUM":
            if self._has_shape(where, "enumeration", data):
                self._add("enumerations", Enumeration(data["name"], data["doc"], source,
                                                      self._texts(where, "values", data)))
        elif form == "REGISTER":
            if self._has_shape(where, "record", data):
                self._add("records", Record(data["name"], data["doc"], source,
                                            self._members(where, "member", data["properties"]),
                                            data.get("extends")))
        else:
            self.problems.append(f"{where}: 'typeFormat' should be ENUM or REGISTER")

    def _event(self, source: Source, data: Any) -> None:
        where = self._where(source, "event", data)
        if self._has_shape(where, "event", data):
            self._add("events", Event(data["name"], data["doc"], source,
                                      self._members(where, "member", data["properties"]), data.get("extends"),
                                      self._texts(where, "twins", data)))

    def _members(self, where: str, shape: str, items: list[Any]) -> list[Member]:
        members = []
        for item in items:
            if self._has_shape(self._where(where, shape, item), shape, item):
                members.append(Member(item["name"], Type.parse(item["type"]), item["doc"],
                                      item.get("optional", False) or "defaultValue" in item, "defaultValue" in item,
                                      item.get("defaultValue"), self._texts(where, "twins", item)))
        return members

    def _texts(self, where: str, key: str, data: dict[str, Any]) -> list[str]:
        texts = data.get(key, [])
        if not all(isinstance(text, str) and text for text in texts):
            self.problems.append(f"{where}: '{key}' should be a list of names")
            return []
        return texts

    def _add(self, table: str, entity: Entity) -> None:
        """Names are unique over all kinds: they share one C++ namespace."""
        for other in ("classes", "enumerations", "records", "events"):
            if previous := getattr(self.model, other).get(entity.name):
                self.problems.append(f"{entity.where}: defined before in {previous.source.path}")
                return
        getattr(self.model, table)[entity.name] = entity

    @staticmethod
    def _where(outer: Source | str, kind: str, data: Any) -> str:
        name = data.get("name") if isinstance(data, dict) else None
        return f"{outer.path if isinstance(outer, Source) else outer}: {kind} {name or '?'}"
