#!/usr/bin/env python3
"""Fails where docs/threat-model.md names a file or a test that is not there, or a row has none:  check_threats.py ROOT

In the last column a path is followed by the names of its tests; a fuzz target is its own test."""
import pathlib
import re
import sys

HEAD = re.compile(r"^\| (?:who wants|what could happen) \| what stops it \| shown by \|$")
ROW = re.compile(r"^\| (?P<want>[^|]+) \| (?P<stops>[^|]+) \| (?P<shown>[^|]+) \|$")
QUOTED = re.compile(r"`([^`]+)`")
PATH = re.compile(r"^[\w.-]+(?:/[\w.-]+)+$")


def has_test(text, name):
    if match := re.fullmatch(r"(\w+)\.(\w+)", name):
        return re.search(rf"\bTEST(?:_F|_P)?\({match[1]}, {match[2]}\b", text) is not None
    return name in text


def source_problems(root, row):
    files = [name for name in QUOTED.findall(row["stops"]) if PATH.match(name)]
    if not files:
        yield "names no source"
    for name in files:
        if not (root / name).is_file():
            yield f"{name} is not there"


def test_problems(root, row):
    named = QUOTED.findall(row["shown"])
    if not named or not PATH.match(named[0]):
        yield "names no test"
        return
    path, tests = None, 0
    for name in [*named, None]:
        if name and not PATH.match(name):
            tests += 1
            if path and path.is_file() and not has_test(path.read_text(encoding="utf-8"), name):
                yield f"{path.relative_to(root)} has no test '{name}'"
            continue
        if path and tests == 0 and path.parent.name != "fuzz":
            yield f"names no test of {path.relative_to(root)}"
        path, tests = name and root / name, 0
        if path and not path.is_file():
            yield f"{name} is not there"


def main():
    root = pathlib.Path(sys.argv[1])
    lines = (root / "docs" / "threat-model.md").read_text(encoding="utf-8").splitlines()
    wrong, rows, in_table = [], 0, False
    for number, line in enumerate(lines, 1):
        in_table = bool(HEAD.match(line)) or in_table and line.startswith("|")
        row = ROW.match(line) if in_table and not HEAD.match(line) and not line.startswith("|---") else None
        if in_table and not row and not HEAD.match(line) and not line.startswith("|---"):
            wrong.append(f"line {number}: a row has three columns")
        if row:
            rows += 1
            wrong += [f"line {number}, {row['want']}: {p}" for p in (*source_problems(root, row), *test_problems(root, row))]
    print(*wrong, f"threats: {rows} rows, {len(wrong)} wrong", sep="\n")
    return 1 if wrong or rows < 45 else 0


sys.exit(main())
