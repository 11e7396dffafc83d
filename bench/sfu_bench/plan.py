"""Who takes part in a run."""
from dataclasses import dataclass


@dataclass
class Peer:
    id: int
    room: int
    publishes: bool
    audio: bool
    source: int = 0  # whom a viewer sees

    def spec(self):
        return {"peer": self.id, "publishes": self.publishes, "audio": self.audio, "source": self.source}


@dataclass
class Plan:
    rooms: int
    publishers: list
    viewers: list


def one_to_many(viewers, audio):
    publisher = Peer(1, 0, True, audio)
    return Plan(1, [publisher], [Peer(2 + i, 0, False, audio, publisher.id) for i in range(viewers)])


def all_to_all(rooms, people, audio):
    """In each room everybody publishes once and views each other, by an endpoint each, as with Kurento."""
    publishers, viewers = [], []
    for room in range(rooms):
        own = [Peer(1 + room * people + person, room, True, audio) for person in range(people)]
        publishers += own
        for person in range(people):
            for source in own[:person] + own[person + 1:]:
                viewers.append(Peer(1 + rooms * people + len(viewers), room, False, audio, source.id))
    return Plan(rooms, publishers, viewers)


def make(options):
    if options.topology == "rooms":
        return all_to_all(options.rooms, options.people, options.audio)
    return one_to_many(options.viewers, options.audio)
