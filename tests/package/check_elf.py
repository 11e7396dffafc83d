#!/usr/bin/env python3
"""Reads what the linker made, and fails where a file lacks what hardening/ asks for: check_elf.py [--fortified] [--cet] FILE…

Each line that it writes is a file and what is missing. The names are those of Debian's hardening-check."""
import argparse
import re
import subprocess
import sys
from pathlib import Path


class Elf:
    """A file as readelf tells of it."""

    def __init__(self, path: Path):
        run = subprocess.run(["readelf", "-W", "-h", "-l", "-d", "-n", "--dyn-syms", path], capture_output=True, text=True, check=True)
        text = run.stdout
        self.is_x86 = "X86-64" in text
        self.is_library = path.name.endswith(".so")
        self.type = re.search(r"^\s*Type:\s+(\w+)", text, re.M).group(1)
        self.segments = {m[1]: m[2] for m in re.finditer(r"^\s+(GNU_\w+)\s.*?\s([R ][W ][E ])\s", text, re.M)}
        self.flags = " ".join(re.findall(r"\((?:FLAGS|FLAGS_1|BIND_NOW)\).*", text))
        self.properties = " ".join(re.findall(r"x86 feature: (.*)", text))
        # "memcpy@GLIBC_2.14 (5)": imported ones alone have UND for their section.
        self.imports = set(re.findall(r"\sUND\s+([^\s@]+)", text))


# What a fortified call becomes: __memcpy_chk. The stack's own check is none of them.
FORTIFIED = re.compile(r"^__(?!stack_chk)\w+_chk$")


def missing(elf: Elf, fortified: bool) -> list[str]:
    wanted = {
        "Position Independent Executable": elf.type == "DYN",
        "Stack protected": "__stack_chk_fail" in elf.imports,
        "Read-only relocations": "GNU_RELRO" in elf.segments,
        "Immediate binding": "NOW" in elf.flags,
        "Stack that is not executable": "E" not in elf.segments.get("GNU_STACK", "RWE"),
    }
    if fortified and not elf.is_library:  # a small module may have no call that there is a check for
        wanted["Fortify Source functions"] = any(map(FORTIFIED.match, elf.imports))
    return [name for name, there in wanted.items() if not there]


def guards_branches(path: Path) -> bool:
    """Whether the code was made for CET: its functions begin where an indirect branch may land."""
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", path], capture_output=True, text=True, check=True).stdout
    return code.count("endbr64") > 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fortified", action="store_true", help="the build has an optimiser, and calls with sizes are checked")
    parser.add_argument("--cet", action="store_true", help="the code is made for Control-flow Enforcement Technology")
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args()
    faults = 0
    for path in options.files:
        elf = Elf(path)
        lacking = missing(elf, options.fortified)
        if options.cet and elf.is_x86 and not guards_branches(path):
            lacking.append("Control flow integrity")
        for name in lacking:
            print(f"{path}: {name}: no")
        faults += len(lacking)
    print(f"{len(options.files)} files, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
