#!/usr/bin/env python3
"""Fails when a room of src/ includes a room that its row of the layer table does not name.

The table below is the one of docs/architecture.md. A room always sees itself and `base`.
"""
import pathlib
import re
import sys

BELOW_TRANSPORT = {"ice", "dtls", "srtp", "sctp", "rtp"}
PIPELINE = {"transport", "media", "sdp", "codec", "container", "rtp", "loop"}
MAY_INCLUDE = {
    "base": set(),
    "loop": set(),
    "ice": set(),
    "dtls": set(),
    "srtp": set(),
    "sctp": set(),
    "rtp": set(),
    "sdp": set(),
    "http": set(),
    "codec": set(),
    "container": {"codec"},
    "transport": BELOW_TRANSPORT,
    "media": {"codec", "rtp", "container"},
    "pipeline": PIPELINE,
    "elements": PIPELINE | BELOW_TRANSPORT | {"pipeline", "http"},
    "control": {"pipeline", "elements", "loop"},
}
# Libraries that only these rooms may touch.
OWNERS = {
    "uv.h": {"loop"},
    "usrsctp.h": {"sctp"},
    "websocketpp/": {"control"},
    "asio": {"control"},
    "rapidjson/": {"control"},
    "openssl/": {"dtls", "srtp", "ice", "control"},
    "sys/socket.h": {"loop"},
    "curl/": {"loop"},
    "boost/": {"http"},
    "kaskado/": {"media", "elements"},
    "dlfcn.h": {"base", "elements", "loop"},
    "vpx/": {"codec"},
    "wels/": {"codec"},
    "opus/": {"codec"},
    "libavcodec/": {"codec", "container"},
    "libavformat/": {"container"},
    "libavutil/": {"codec", "container"},
    "libswresample/": {"codec"},
    "libswscale/": {"codec"},
    "libyuv": {"media"},
    "speex/speex_resampler.h": {"media"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def violations(source_root: pathlib.Path):
    rooms = sorted(p.name for p in source_root.iterdir() if p.is_dir())
    for unknown in set(rooms) - set(MAY_INCLUDE):
        yield f"src/{unknown}: a room that the layer table does not know"
    for room in rooms:
        allowed = MAY_INCLUDE.get(room, set()) | {room, "base"}
        for path in sorted((source_root / room).rglob("*.[ch]pp")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                own, system = match.groups()
                where = f"{path.relative_to(source_root.parent)}:{number}"
                if own:
                    target = own.split("/")[0]
                    if "/" not in own:
                        yield f'{where}: includes "{own}" without its room; write "{room}/{own}"'
                    elif target not in allowed:
                        yield f"{where}: {room} must not include {target}"
                for library, owners in OWNERS.items():
                    if system and system.startswith(library) and room not in owners:
                        yield f"{where}: only {', '.join(sorted(owners))} may include <{system}>"


def filter_violations(filters_root: pathlib.Path):
    """A module of filters/ sees the SDK, its own files and what the modules share; algorithms not even the SDK."""
    for path in sorted(filters_root.rglob("*.[ch]pp")):
        module = path.relative_to(filters_root).parts[0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            own, system = match.groups()
            where = f"{path.relative_to(filters_root.parent)}:{number}"
            if own and "/" in own and own.split("/")[0] not in {"common", "testing", module}:
                yield f"{where}: {module} must not include {own}"
            if system and system.startswith("kaskado/") and module != "testing" and path.stem not in {"glue", "module", "late_gstreamer"}:
                yield f"{where}: only module.cpp and what it is made of know the SDK"


def main() -> int:
    source_root = pathlib.Path(sys.argv[1])
    found = list(violations(source_root)) + list(filter_violations(source_root.parent / "filters"))
    for line in found:
        print(line, file=sys.stderr)
    print(f"layers: {len(found)} violation(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
