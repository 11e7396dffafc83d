"""Peers that send coded pictures, and those that see what the server makes of them."""
from dataclasses import dataclass
from typing import Optional


@dataclass
class Sender:
    id: int
    codec: str
    frames: str
    sent_log: str = ""
    room: int = 0
    publishes = True

    def spec(self):
        return {"peer": self.id, "publishes": True, "codec": self.codec, "frames": self.frames, "sentLog": self.sent_log}


@dataclass
class Watcher:
    """`source` is a sender's number, or the id of an element of the server."""
    id: int
    codec: str
    source: object
    record: Optional[str] = None
    room: int = 0
    publishes = False

    def spec(self):
        source = self.source if isinstance(self.source, int) else 0
        return {"peer": self.id, "publishes": False, "codec": self.codec, "source": source, "transcoded": True,
                "record": self.record or ""}
