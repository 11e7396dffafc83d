"""What descriptors say, as data. `reader` fills it, `checker` resolves and checks it, the emitters read it."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

import naming

# Type in a descriptor -> (TypeKind of class_info.hpp, C++ type).
PRIMITIVES = {
    "String": ("string", "std::string"),
    "boolean": ("boolean", "bool"),
    "int": ("integer", "int"),
    "int64": ("integer64", "std::int64_t"),
    "float": ("real", "double"),
    "double": ("real", "double"),
}

# These modules share one namespace on the wire; any other module's is its own name.
KURENTO_MODULES = frozenset({"core", "elements", "filters"})

# The event that all others come from; its members are filled in by MediaObject::emit.
ROOT_EVENT = "RaiseBase"
# Its member `type` holds the name of the event that extends it.
NAMED_EVENT = "Media"


def namespace_of(module: str) -> str:
    return "kurento" if module in KURENTO_MODULES else module


@dataclass(frozen=True)
class Type:
    name: str
    shape: str = "single"  # or "list" (`T[]`), "map" (`T<>`)

    @staticmethod
    def parse(text: str) -> Type:
        for suffix, shape in (("[]", "list"), ("<>", "map")):
            if text.endswith(suffix):
                return Type(text[: -len(suffix)], shape)
        return Type(text)

    def __str__(self) -> str:
        return self.name + {"single": "", "list": "[]", "map": "<>"}[self.shape]


@dataclass
class Member:
    """A parameter, or a member of a record or an event."""
    name: str
    type: Type
    doc: str
    optional: bool = False
    has_default: bool = False
    default: Any = None
    twins: list[str] = field(default_factory=list)  # further wire names of the same member

    @property
    def cpp_name(self) -> str:
        return naming.snake(self.name)

    @property
    def wire_names(self) -> list[str]:
        return [self.name, *self.twins]


@dataclass
class Operation:
    name: str
    doc: str
    parameters: list[Member]
    result: Optional[Type] = None
    answers_later: bool = False

    @property
    def cpp_name(self) -> str:
        return naming.snake(self.name)


@dataclass
class Entity:
    """Anything with a name of its own: class, enumeration, record or event."""
    name: str
    doc: str
    source: Source
    kind = "entity"

    @property
    def where(self) -> str:
        return f"{self.source.path}: {self.kind} {self.name}"

    @property
    def room(self) -> str:
        return self.source.room

    @property
    def module(self) -> str:
        return self.source.module


@dataclass
class Enumeration(Entity):
    values: list[str]
    kind = "type"


@dataclass
class Record(Entity):
    members: list[Member]
    extends: Optional[str]
    kind = "type"


@dataclass
class Event(Entity):
    members: list[Member]
    extends: Optional[str]
    twins: list[str]
    kind = "event"

    @property
    def wire_names(self) -> list[str]:
        return [self.name, *self.twins]


@dataclass
class Class(Entity):
    abstract: bool
    extends: Optional[str]
    constructor: Optional[list[Member]]  # None where the descriptor has none
    operations: list[Operation]          # accessors of properties included
    events: list[str]
    prepares: bool = False
    kind = "class"


@dataclass
class Source:
    """One descriptor file."""
    path: str
    room: str
    module: str
    version: str
    text: dict[str, Any]  # as read, for the merged descriptor


@dataclass
class Model:
    """All descriptors that the compiler was given, lower rooms first."""
    sources: list[Source] = field(default_factory=list)
    classes: dict[str, Class] = field(default_factory=dict)
    enumerations: dict[str, Enumeration] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)

    def in_room(self, table: str, room: str) -> list[Any]:
        return [e for e in getattr(self, table).values() if e.room == room]

    def lineage(self, entity: Entity) -> list[Any]:
        """The entity and its parents, root first. Ends where a parent is unknown or comes round again."""
        table = getattr(self, {Class: "classes", Record: "records", Event: "events"}[type(entity)])
        line = [entity]
        while (parent := table.get(line[0].extends)) and parent not in line:
            line.insert(0, parent)
        return line

    def all_members(self, entity: Record | Event) -> list[Member]:
        return [m for ancestor in self.lineage(entity) for m in ancestor.members]

    def payload(self, event: Event) -> list[Member]:
        """The members that whoever raises the event gives."""
        return [m for a in self.lineage(event) if a.name not in (ROOT_EVENT, NAMED_EVENT) for m in a.members]

    def is_named(self, event: Event) -> bool:
        return any(a.name == NAMED_EVENT for a in self.lineage(event))

    def is_base(self, event: Event) -> bool:
        """Whether the event is never raised itself."""
        return event.name in (ROOT_EVENT, NAMED_EVENT) or any(e.extends == event.name for e in self.events.values())

    def is_polymorphic(self, record: Record) -> bool:
        """Whether values of this type may be of others. Only its own room counts: the rooms above, which see more
        descriptors, must come to the same C++ type."""
        return any(r.extends == record.name and r.room == record.room for r in self.records.values())

    def holds_objects(self, record: Record) -> bool:
        def found(r: Record, seen: frozenset[str]) -> bool:
            for member in self.all_members(r):
                name = member.type.name
                if name in self.classes:
                    return True
                if name in self.records and name not in seen and found(self.records[name], seen | {name}):
                    return True
            return False

        return found(record, frozenset({record.name}))
