#!/usr/bin/env python3
"""Writes seeds for the target control_session from recorded exchanges (tests/transcripts): the requests as they were, but
of the toys' classes, and with the marks that stand for what was answered.

    fuzz/control_session_corpus.py tests/transcripts/*.jsonl
"""
import json
import pathlib
import re
import sys

TOYS = {"MediaPipeline": "Tower", "mediaPipeline": "tower", "MediaFlowInStateChange": "Rang", "MediaFlowOutStateChange": "OnRing"}
ENDPOINTS = re.compile(r"\b(WebRtcEndpoint|PassThrough|RtpEndpoint|PlayerEndpoint|RecorderEndpoint|HttpPostEndpoint|Composite|HubPort)\b")
SYMBOL = re.compile(r"<(\w+):(\d+)>")
MOST_BYTES = 4000


def in_toys(text):
    for name, toy in TOYS.items():
        text = text.replace(name, toy)
    return ENDPOINTS.sub("Bell", text)


def script_of(path, switches):
    known = {"$": [], "@": []}
    lines = []
    for line in path.read_text().splitlines():
        case = json.loads(line)
        if isinstance(case.get("request"), (dict, list)):
            text = json.dumps(case["request"], separators=(",", ":"))

            def mark(match):
                kind = "@" if match.group(1) == "uuid" else "$"
                order = known[kind]
                if match.group(0) not in order:
                    return match.group(0)
                back = len(order) - order.index(match.group(0))
                return f"{kind}{back}" if back <= 9 else match.group(0)

            lines.append("1" + in_toys(SYMBOL.sub(mark, text)))
        for answer in case.get("answers", []):
            result = answer.get("result") if isinstance(answer, dict) else None
            for kind, member in (("$", "value"), ("@", "sessionId")):
                value = result.get(member) if isinstance(result, dict) else None
                if isinstance(value, str) and value not in known[kind]:
                    known[kind].append(value)
    # Pieces of a size that a fuzzer works with quickly.
    piece, pieces = "", []
    for line in lines:
        if len(piece) + len(line) > MOST_BYTES and piece:
            pieces.append(piece)
            piece = ""
        piece += line + "\n"
    return [chr(switches + index % 4) + piece for index, piece in enumerate(pieces + [piece]) if len(piece) < 4 * MOST_BYTES]


def main():
    folder = pathlib.Path(__file__).parent / "corpus" / "control_session"
    folder.mkdir(parents=True, exist_ok=True)
    for argument in sys.argv[1:]:
        path = pathlib.Path(argument)
        for index, script in enumerate(script_of(path, 0x40)):
            (folder / f"{path.stem}-{index}").write_bytes(script.encode("utf-8", "surrogatepass"))


main()
