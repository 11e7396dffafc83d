"""Where things are: the default build, and what a build has."""
import pathlib

DEFAULT_BUILD = pathlib.Path(__file__).resolve().parent.parent.parent / "build"
KASKADO = "kaskado"
LOAD = "bench/sfu_load/sfu_load"
FLOOR = "bench/sfu_load/sfu_floor"


def missing(build):
    return [str(build / name) for name in (KASKADO, LOAD, FLOOR) if not (build / name).exists()]
