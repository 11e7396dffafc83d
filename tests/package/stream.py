#!/usr/bin/env python3
"""Streams through a server, with nothing but Python's standard library: stream.py ws://127.0.0.1:8888/kurento [CLASS…]

Two RtpEndpoints are made and connected; packets of PCMU are sent to one, and what the other sends is compared with them.
Then one object is made of each CLASS ("chroma.ChromaFilter"), which loads the module that has it. Exits with 0 if all came."""
import json
import socket
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "transcripts"))
from websocket import WebSocket  # noqa: E402

PACKETS = 50
# What constructors ask for beside the pipeline.
PARAMETERS = {"chroma.ChromaFilter": {"window": {"topRightCornerX": 5, "topRightCornerY": 5, "width": 30, "height": 30}}}


class Rpc:
    def __init__(self, url):
        self._socket = WebSocket(url)
        self._last = 0

    def call(self, method, **params):
        self._last += 1
        self._socket.send(json.dumps({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params}))
        while True:
            text = self._socket.receive(20)
            if text is None:
                raise RuntimeError(f"no answer to {method}")
            message = json.loads(text)
            if message.get("id") != self._last:
                continue
            if "error" in message:
                raise RuntimeError(f"{method} {params}: {message['error']}")
            return message["result"].get("value")

    def create(self, kind, **parameters):
        return self.call("create", type=kind, constructorParams=parameters)

    def invoke(self, target, operation, **parameters):
        return self.call("invoke", object=target, operation=operation, operationParams=parameters)


def describe(port, direction):
    return (f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na={direction}\r\n")


def port_of(description):
    return next(int(line.split()[1]) for line in description.splitlines() if line.startswith("m=audio"))


def stream(rpc, pipeline):
    receiver, sender = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    for peer in (receiver, sender):
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(5)
    source = rpc.create("RtpEndpoint", mediaPipeline=pipeline)
    sink = rpc.create("RtpEndpoint", mediaPipeline=pipeline)
    rpc.invoke(source, "connect", sink=sink)
    rpc.invoke(sink, "processOffer", offer=describe(receiver.getsockname()[1], "recvonly"))
    answer = rpc.invoke(source, "processOffer", offer=describe(sender.getsockname()[1], "sendonly"))
    sent = [bytes([i]) * 160 for i in range(PACKETS)]
    received = []
    for i, payload in enumerate(sent):
        header = struct.pack(">BBHII", 0x80, 0, 1000 + i, 160 * i, 0x1234567)
        sender.sendto(header + payload, ("127.0.0.1", port_of(answer)))
        received.append(receiver.recv(2000)[12:])
    if received != sent:
        raise RuntimeError("what came is not what was sent")
    return len(received)


def main():
    url, classes = sys.argv[1], sys.argv[2:]
    rpc = Rpc(url)
    pipeline = rpc.create("MediaPipeline")
    print(f"{stream(rpc, pipeline)} packets came through")
    for kind in classes:
        rpc.create(kind, mediaPipeline=pipeline, **PARAMETERS.get(kind, {}))
        print(f"{kind} was made")
    rpc.call("release", object=pipeline)


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError, KeyError) as error:
        print(f"stream.py: {error}", file=sys.stderr)
        sys.exit(1)
