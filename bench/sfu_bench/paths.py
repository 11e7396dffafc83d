"""Where things are."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
KASKADO = BUILD / "kaskado"
LOAD = BUILD / "bench" / "sfu_load" / "sfu_load"
FLOOR = BUILD / "bench" / "sfu_load" / "sfu_floor"


def missing():
    return [str(path.relative_to(ROOT)) for path in (KASKADO, LOAD, FLOOR) if not path.exists()]
