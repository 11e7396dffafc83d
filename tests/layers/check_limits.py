#!/usr/bin/env python3
"""Fails when docs/limits.md names a bound that its file does not have, or has with another number."""
import pathlib
import re
import sys

ROW = re.compile(r"^\| (?P<what>[^|]+) \| (?P<bound>[^|]+) \| `(?P<file>[^`]+)` `(?P<name>\w+)` \|", re.M)
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
TIMES_S = {"ms": 0.001, "s": 1, "min": 60, "h": 3600}
CHRONO_S = {"milliseconds": 0.001, "seconds": 1, "minutes": 60, "hours": 3600}
SHOWN = re.compile(r"^([\d ]+?) ?(KiB|MiB|GiB|ms|s|min|h)?$")


def shown(bound):
    number, unit = SHOWN.match(bound.strip()).groups()
    return int(number.replace(" ", "")) * {**UNITS, **TIMES_S}.get(unit, 1)


def written(text, name):
    """The numbers that the sources give to the name: usually one."""
    # `{5000}` and `= 5` alike, and times by their unit.
    for match in re.finditer(rf"(?:\b([\w:]+) )?\b{name}(?: = |\{{)([^;,]+)", text):
        kind, value = match.groups()
        time = next((t for t in CHRONO_S if t in value), None) or next((t for t in CHRONO_S if (kind or "").endswith(t)), None)
        numbers = re.sub(r"std::[\w:]+|[{}()]|static_cast<[^>]+>", " ", value.replace("'", "")).strip()
        if re.fullmatch(r"[\d <*+/-]+", numbers):
            yield eval(numbers) * CHRONO_S.get(time, 1)  # arithmetic of digits alone


def main():
    root = pathlib.Path(sys.argv[1])
    rows = list(ROW.finditer((root / "docs" / "limits.md").read_text()))
    wrong = []
    for row in rows:
        path = root / row["file"]
        values = list(written(path.read_text(), row["name"])) if path.is_file() else []
        if shown(row["bound"]) not in values:
            wrong.append(f'{row["file"]}: {row["name"]} is said to be {row["bound"]}, and is {values or "not there"}')
    print(*wrong, f"limits: {len(rows)} rows, {len(wrong)} wrong", sep="\n")
    return 1 if wrong or len(rows) < 60 else 0


sys.exit(main())
