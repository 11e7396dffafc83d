#!/usr/bin/env python3
"""Counts what `meson test` ran in a build directory: every case of a GoogleTest executable, and one for any other test.
Names the cases that failed. The last line is the count."""
import json
import pathlib
import re
import sys

RESULTS = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}
CASE = re.compile(r"^\[ *(RUN|OK|FAILED|SKIPPED) *\] (\w[\w/]*\.[\w/]+)(?: \(\d+ ms\))?$", re.MULTILINE)
OUTCOMES = {"RUN": "failed", "OK": "passed", "FAILED": "failed", "SKIPPED": "skipped"}


def outcomes(test: dict) -> dict:
    """Outcomes by name. A case that began and never ended took its executable with it: it failed."""
    result = RESULTS.get(test["result"], "failed")
    cases = {}
    for word, name in CASE.findall(test.get("stdout", "")):
        cases[name] = OUTCOMES[word]
    # An executable that failed with no case to blame ran out of time, leaked or died on its way out.
    if not cases or (result == "failed" and "failed" not in cases.values()):
        cases[test["name"]] = result
    return cases


def main() -> int:
    # With a wrapper, meson puts its name into that of the log.
    logs = sorted((pathlib.Path(sys.argv[1]) / "meson-logs").glob("testlog*.json"))
    tally = {"passed": 0, "failed": 0, "skipped": 0}
    for line in (line for log in logs for line in log.read_text().splitlines()):
        for name, outcome in outcomes(json.loads(line)).items():
            tally[outcome] += 1
            if outcome == "failed":
                print(f"  failed  {name}")
    print(", ".join(f"{count} {outcome}" for outcome, count in tally.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
