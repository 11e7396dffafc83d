"""The ids of a recording: symbols like <MediaPipeline:1> and <uuid:2>, bound to real ones as answers come in."""
import re

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
SYMBOL = re.compile(r"<(uuid|[A-Z]\w*):\d+>")
CLASS = re.compile(r"<([A-Z]\w*):\d+>")
# Recorded texts hide what never is the same twice: <ip>, <ufrag>, <dot> …
HIDDEN = re.compile(r"<[a-z]\w*>")
# Members whose values are never the same twice.
VOLATILE = {"timestamp", "timestampMillis"}
# Members that we add to what Kurento sends.
ADDED = {"timestamp"}


class Symbols:
    def __init__(self):
        self.real = {}

    def is_bound(self, symbol):
        return symbol in self.real

    def unbound(self, text):
        return [m.group(0) for m in SYMBOL.finditer(text) if m.group(0) not in self.real]

    def substitute(self, value):
        """`value` with all bound symbols replaced."""
        if isinstance(value, str):
            return SYMBOL.sub(lambda m: self.real.get(m.group(0), m.group(0)), value)
        if isinstance(value, list):
            return [self.substitute(v) for v in value]
        if isinstance(value, dict):
            return {k: self.substitute(v) for k, v in value.items()}
        return value

    def matches(self, recorded, answered, key=None):
        """Whether the answer is the recorded one; binds symbols on the way, and undoes it where it is not."""
        before = dict(self.real)
        if self._matches(recorded, answered, key):
            return True
        self.real = before
        return False

    def _matches(self, recorded, answered, key):
        if key in VOLATILE:
            return type(recorded) is type(answered)
        if isinstance(recorded, dict):
            return isinstance(answered, dict) and self._objects(recorded, answered)
        if isinstance(recorded, list):
            return isinstance(answered, list) and self._lists(recorded, answered, key)
        if isinstance(recorded, str):
            return isinstance(answered, str) and self._texts(recorded, answered)
        return type(recorded) is type(answered) and recorded == answered

    def _objects(self, recorded, answered):
        # Members may be named by ids, as those of getStats are.
        names = {self.substitute(k): v for k, v in recorded.items()}
        extra = set(answered) - set(names) - ADDED
        return not extra and all(k in answered and self.matches(v, answered[k], k) for k, v in names.items())

    def _lists(self, recorded, answered, key):
        if len(recorded) != len(answered):
            return False
        if key == "hierarchy":
            return all(self.matches(r, a) for r, a in zip(recorded, answered))
        rest = list(answered)
        for item in recorded:
            found = next((i for i, a in enumerate(rest) if self.matches(item, a)), None)
            if found is None:
                return False
            rest.pop(found)
        return True

    def _texts(self, recorded, answered):
        pattern, groups, at = "", [], 0
        for m in re.finditer(f"{SYMBOL.pattern}|{HIDDEN.pattern}", recorded):
            pattern += re.escape(recorded[at:m.start()])
            at = m.end()
            symbol = m.group(0)
            if not SYMBOL.fullmatch(symbol):
                pattern += r"[\s\S]*?"
            elif symbol in self.real:
                pattern += re.escape(self.real[symbol])
            else:
                groups.append(symbol)
                name = "" if symbol.startswith("<uuid") else r"_\w+\." + CLASS.fullmatch(symbol).group(1)
                pattern += f"({UUID}{name})"
        match = re.fullmatch(pattern + re.escape(recorded[at:]), answered)
        if not match:
            return False
        for symbol, real in zip(groups, match.groups()):
            self.real[symbol] = real
        return True
