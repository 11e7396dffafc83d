#!/usr/bin/env python3
"""Compiles the descriptors (`*.kmd.json`) of one room into `<room>/api.hpp` and `<room>/api.cpp`.

    compile.py --room elements --header api.hpp --source api.cpp --below pipeline A.kmd.json … -- B.kmd.json …

What a descriptor may say is in `reader.SHAPES`: Kurento's format, and three keys of our own: `twins`, for the further
names of an event or of a member, `answersLater` for a method whose handler gets a function to answer with, and `prepares` for
a constructor that has a part that takes long (class_info.hpp: ClassInfo::prepare). Faults are written to the error output, one a line, and make the exit status 1.
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

import checker
import header
import source
from cpp import Speller
from model import Model
from reader import Reader


def load(rooms: list[tuple[str, list[str]]]) -> tuple[Model, list[str]]:
    """The model of all descriptors, and what is wrong with them. Lower rooms come first."""
    model, problems = Model(), []
    reader = Reader(model, problems)
    for room, paths in rooms:
        for path in paths:
            reader.read(path, room)
    if not problems:
        checker.check(model, problems)
    return model, problems


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compiles the descriptors of one room to C++.")
    parser.add_argument("--room", required=True)
    parser.add_argument("--header", required=True, type=Path)
    parser.add_argument("--source", required=True, type=Path)
    parser.add_argument("--below", action="append", nargs="+", default=[], metavar=("ROOM", "DESCRIPTOR"),
                        help="a room below this one and its descriptors; lowest first")
    parser.add_argument("--objects-by-id", action="store_true",
                        help="objects of the server are id strings to this room, not pointers")
    parser.add_argument("--module-list", action="store_true", help="also emit the list of all modules")
    parser.add_argument("descriptors", nargs="*")
    return parser.parse_args()


def main() -> int:
    options = _arguments()
    below = [(room, paths) for room, *paths in options.below]
    model, problems = load([*below, (options.room, options.descriptors)])
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    spell = Speller(model, options.room, options.objects_by_id)
    options.header.write_text(header.emit(spell, [room for room, _ in below], options.module_list), encoding="utf-8")
    options.source.write_text(source.emit(spell, options.module_list), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
