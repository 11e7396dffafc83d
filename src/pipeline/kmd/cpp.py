"""How the emitters spell things in C++, seen from one room."""
from __future__ import annotations

import json
import textwrap
from typing import Optional

from model import PRIMITIVES, Class, Entity, Member, Model, Record, Type
import naming

BASE_ROOM = "pipeline"  # where class_info.hpp and its like live
WIDTH = 110


def quote(text: str) -> str:
    """A C++ string literal. JSON's escapes are C++'s, but for `\\u`, which C++ refuses for ASCII."""
    body = "".join(f"\\{ord(c):03o}" if ord(c) < 32 or ord(c) == 127 else c for c in text.replace("\\", "\\\\")
                   .replace('"', '\\"'))
    return f'"{body}"'


def default_json(member: Member) -> str:
    return quote(json.dumps(member.default, ensure_ascii=False)) if member.has_default else '""'


def comment(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{indent}// ", subsequent_indent=f"{indent}// ")


class Speller:
    """`objects_by_id`: objects of the server are strings, for a room whose thread does not own them."""

    def __init__(self, model: Model, room: str, objects_by_id: bool = False):
        self.model = model
        self.room = room
        self.objects_by_id = objects_by_id

    def own(self, table: str) -> list:
        return self.model.in_room(table, self.room)

    def named(self, identifier: str, room: str = BASE_ROOM) -> str:
        return identifier if room == self.room else f"{room}::{identifier}"

    def entity(self, entity: Entity) -> str:
        return self.named(entity.name, entity.room)

    def table(self, entity: Entity, suffix: str) -> str:
        """The name of a constant table, as in `kMediaElementClass`."""
        return self.named(f"k{entity.name}{suffix}", entity.room)

    def parent_table(self, entity: Entity, table: str, suffix: str) -> str:
        if entity.extends is None:
            return "nullptr"
        return "&" + self.table(getattr(self.model, table)[entity.extends], suffix)

    def _single(self, type_: Type) -> str:
        name = type_.name
        if name in PRIMITIVES:
            return PRIMITIVES[name][1]
        if name in self.model.enumerations:
            return self.entity(self.model.enumerations[name])
        if name in self.model.records:
            record = self.model.records[name]
            return self.named("Value") if self.model.is_polymorphic(record) else self.entity(record)
        return "std::string" if self.objects_by_id else self.entity(self.model.classes[name]) + "*"

    def type(self, type_: Optional[Type]) -> str:
        if type_ is None:
            return "void"
        single = self._single(type_)
        shapes = {"single": single, "list": f"std::vector<{single}>", "map": f"std::map<std::string, {single}>"}
        return shapes[type_.shape]

    def _may_be_null(self, type_: Type) -> bool:
        """Whether the C++ type has an empty state of its own and needs no std::optional."""
        return type_.shape != "single" or self.type(type_).endswith("*") or self.type(type_) == self.named("Value")

    def member(self, member: Member) -> str:
        """A member of a record or an event: what may be absent is optional."""
        cpp_type = self.type(member.type)
        return f"std::optional<{cpp_type}>" if member.optional and not self._may_be_null(member.type) else cpp_type

    def parameter(self, parameter: Member) -> str:
        """A parameter: its default is bound before the handler is called."""
        return self.type(parameter.type) if parameter.has_default else self.member(parameter)

    def member_initializer(self, member: Member) -> str:
        """` = 0` and the like for members that would be undefined otherwise."""
        spelled = self.member(member)
        if spelled.endswith("*"):
            return " = nullptr"
        simple = {"bool": " = false", "int": " = 0", "std::int64_t": " = 0", "double": " = 0"}
        if spelled in simple:
            return simple[spelled]
        return "{}" if member.type.name in self.model.enumerations and not spelled.startswith("std::") else ""

    def parameter_initializer(self, parameter: Member) -> str:
        """The default where it is a scalar, for whoever makes the parameters in C++."""
        type_, default = parameter.type, parameter.default
        if not parameter.has_default or type_.shape != "single":
            return self.member_initializer(parameter)
        if type_.name in self.model.enumerations:
            return f" = {self.type(type_)}::{naming.enumerator(default)}"
        if type_.name in PRIMITIVES:
            return f" = {quote(default) if isinstance(default, str) else json.dumps(default)}"
        return ""

    def type_info(self, type_: Optional[Type]) -> str:
        if type_ is None:
            return "{}"
        kind, pointer = self._kind(type_.name)
        shape = "" if type_.shape == "single" else f", .shape = {self.named('Shape')}::{type_.shape}"
        return f"{{.kind = {self.named('TypeKind')}::{kind}{shape}{pointer}}}"

    def _kind(self, name: str) -> tuple[str, str]:
        if name in PRIMITIVES:
            return PRIMITIVES[name][0], ""
        if name in self.model.enumerations:
            return "enumeration", f", .enumeration = &{self.table(self.model.enumerations[name], 'Enum')}"
        if name in self.model.records:
            return "record", f", .record = &{self.table(self.model.records[name], 'Record')}"
        return "object", f", .object = &{self.table(self.model.classes[name], 'Class')}"

    def object_classes(self) -> list[Class]:
        """The classes whose objects the room's generated code handles by pointer."""
        if self.objects_by_id:
            return []
        types = [m.type for r in self.own("records") for m in r.members]
        types += [m.type for e in self.own("events") for m in self.model.payload(e)]
        for cls in self.own("classes"):
            types += [p.type for p in cls.constructor or []]
            for operation in cls.operations:
                types += [p.type for p in operation.parameters] + [operation.result or Type("String")]
        return [c for name, c in self.model.classes.items() if any(t.name == name for t in types)]

    def ordered_records(self) -> list[Record]:
        """The room's records, each after those that its members hold."""
        ordered: list[Record] = []

        def visit(record: Record) -> None:
            for member in self.model.all_members(record):
                held = self.model.records.get(member.type.name)
                if held and held.room == self.room and not self.model.is_polymorphic(held):
                    visit(held)
            if record not in ordered:
                ordered.append(record)

        for record in self.own("records"):
            visit(record)
        return ordered


def prepare_function(cls: Class) -> str:
    return f"prepare_{naming.snake(cls.name)}"


def create_function(cls: Class) -> str:
    return f"create_{naming.snake(cls.name)}"
