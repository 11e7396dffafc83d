#!/usr/bin/env python3
"""Fails where a module's library and its descriptor differ in classes or operations, or the library links what it should not.

    check_module.py DUMP_MODULE LIBRARY DESCRIPTOR
"""
import json
import pathlib
import subprocess
import sys

# Each of them loads a large part of the system, and no filter needs it.
UNWANTED = ("libopencv_imgcodecs", "libopencv_highgui", "libopencv_videoio", "libopencv_viz", "libgdal")


def described(descriptor):
    lines = set()
    for cls in descriptor["remoteClasses"]:
        if cls.get("abstract"):
            continue
        parameters = [p for p in cls["constructor"]["params"] if p["type"] != "MediaPipeline"]
        lines.add(f"class {cls['name']} {len(parameters)}")
        for method in cls.get("methods", []):
            lines.add(f"operation {cls['name']} {method['name']} {len(method['params'])}")
        for prop in cls.get("properties", []):
            accessor = prop["name"][0].upper() + prop["name"][1:]
            lines.add(f"operation {cls['name']} get{accessor} 0")
            if not prop.get("readOnly"):
                lines.add(f"operation {cls['name']} set{accessor} 1")
    return lines


def main() -> int:
    dump, library, descriptor_path = sys.argv[1:]
    descriptor = json.loads(pathlib.Path(descriptor_path).read_text(encoding="utf-8"))
    dumped = subprocess.run([dump, library], check=True, capture_output=True, text=True).stdout.splitlines()
    problems = [f"registered twice: {line}" for line in set(dumped) if dumped.count(line) > 1]
    problems += [f"not in the descriptor: {line}" for line in sorted(set(dumped) - described(descriptor))]
    # A library that another one loads has some of the module's classes, and of their operations.
    is_part = descriptor["kaskado"]["library"] != pathlib.Path(library).name
    if is_part != library.endswith("gstreamer.so"):
        problems.append(f"the descriptor names the library {descriptor['kaskado']['library']}")
    if not is_part:
        problems += [f"not registered: {line}" for line in sorted(described(descriptor) - set(dumped))]
    linked = subprocess.run(["ldd", library], check=True, capture_output=True, text=True).stdout
    unwanted = list(UNWANTED) if is_part else [*UNWANTED, "libgst"]
    problems += [f"links {name}" for name in unwanted if name in linked]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
