#!/usr/bin/env python3
"""Fails where a fenced block of docs/*.md says neither how it is run nor why it is not:  check_blocks.py ROOT

The line before a block says one of
  <!-- run: KIND -->          tests/e2e/manual.test.mjs runs it as it stands there
  <!-- not run: WHY, TEST --> it is not run, for a reason of WHY below; TEST, a file, does the same"""
import json
import pathlib
import re
import sys

FENCE = re.compile(r"^ *```(?P<language>[\w-]*)$")
MARK = re.compile(r"^ *<!-- (?P<run>run|not run): (?P<what>[^,]+?)(?:, (?P<test>\S+))? -->$")
RUN = re.compile(r"js|js in a pipeline|sh|json-rpc|kurento\.conf\.json|\w+\.conf\.(?:ini|json)")
# Why a block is not run, and whether a file has to do the same instead.
WHY = {
    "output": False,  # it is what a program writes
    "diagram": False,  # packaging/manual draws it
    "network": True,  # it fetches from the internet
    "machine": True,  # it changes the machine that it runs on
    "long": True,  # it takes minutes
    "parts": True,  # it shows parts of a whole that the test has
    "other program": True,  # it configures one
    "measurement": False,  # it looks at a running server by tools that are not the tests'
}


def blocks(path):
    """(line, language, mark before it, text) of each."""
    lines = path.read_text(encoding="utf-8").splitlines()
    begun = None
    for i, line in enumerate(lines):
        if not (fence := FENCE.match(line)):
            continue
        if begun is None:
            begun = i, fence["language"], lines[i - 1] if i else ""
        else:
            yield begun[0] + 1, begun[1], begun[2], "\n".join(lines[begun[0] + 1:i])
            begun = None
    if begun is not None:
        yield begun[0] + 1, begun[1], begun[2], None


def problem(root, language, mark, text):
    if text is None:
        return "has no end"
    if language == "mermaid":
        return None
    said = MARK.match(mark)
    if not said:
        return "says neither how it is run nor why it is not"
    if said["run"] == "run":
        if not RUN.fullmatch(said["what"]):
            return f"cannot be run as '{said['what']}'"
        if said["what"].endswith(".conf.json"):
            try:
                json.loads(text)
            except json.JSONDecodeError as error:
                return f"is no JSON: {error}"
        return None
    if said["what"] not in WHY:
        return f"'{said['what']}' is none of the reasons: {', '.join(WHY)}"
    if WHY[said["what"]] and not said["test"]:
        return "does not say which test does the same"
    if said["test"] and not (root / said["test"]).is_file():
        return f"{said['test']} is not there"
    return None


def main():
    root = pathlib.Path(sys.argv[1])
    wrong, count, run = [], 0, 0
    for page in sorted((root / "docs").rglob("*.md")):
        for line, language, mark, text in blocks(page):
            count += 1
            run += mark.strip().startswith("<!-- run:")
            if said := problem(root, language, mark, text):
                wrong.append(f"{page.relative_to(root)}:{line}: the block {said}")
    print(*wrong, f"blocks: {count}, {run} are run, {len(wrong)} wrong", sep="\n")
    return 1 if wrong or run < 15 else 0


sys.exit(main())
