#!/usr/bin/env python3
"""Replays recorded exchanges with Kurento against a running server and compares the answers.

    replay.py ws://127.0.0.1:8888/kurento proto.jsonl session.jsonl …
    replay.py --serve COMMAND FILES…      starts COMMAND, which prints the address to use

Compared are codes, messages, values and shapes; ids are bound at their first answer. What the server answers
otherwise on purpose stands in differences.py with its reason. A case about a class that the server does not have is
skipped, and so are the recording's remarks. Exits with 1 where a difference has no reason.
"""
import argparse
import json
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path

from descriptions import is_description, same_description, with_secrets
from differences import RULES, VALUES_ONLY_OF_A_KIND, same_kind, same_value_kind
from symbols import CLASS, SYMBOL, Symbols
from websocket import Closed, WebSocket


def connection_of(case):
    """The name of the connection that a case ran on, within its file; "new" for one of its own."""
    file, name = case.split("/", 1)
    if file == "proto":
        return "last" if name.endswith("/ping-after") else "new"
    if file == "path":
        return "new"
    if file == "session":
        return SESSION_CONNECTIONS.get(name, "last")
    return "new" if name.startswith("fresh-") else "main"


SESSION_CONNECTIONS = {
    "connect-noparams": "new",
    "fresh-socket-connect-empty-params": "new",
    "fresh-socket-connect-session-number": "new",
    "fresh-socket-connect-invalid": "new",
    "create-without-connect": "new",
    "reconnect-other-socket-valid": "first",
    "reconnect-describe": "first",
    "second-socket-same-session": "new",
    "first-socket-after-steal-ping": "first",
    "first-socket-after-steal-describe-noSession": "first",
    "foreign-session-describe": "new",
    "fresh-keepAlive-noSession": "new",
    "fresh-closeSession-nosession": "new",
}


# The file that was played, by the name that it had there.
PLAYED = ("file:///srv/media/test.webm", (Path(__file__).parent / "media/test.webm").resolve().as_uri())
# What was waited for in the recording before it went on, in seconds: that media flows.
PAUSES = {"media/invoke:player:play": 2}

# What constructors ask for beside the parent, as the recording had it.
ALSO_GIVEN = {"RecorderEndpoint": {"uri": "file:///tmp/rec.webm"}}


class Skipped(Exception):
    pass


class File:
    """The replay of one file."""

    def __init__(self, url, factories, patience):
        self.url, self.factories, self.patience = url, factories, patience
        self.symbols = Symbols()
        self.connections = {}
        self.own_id = 1_000_000

    def connection(self, case):
        name = connection_of(case)
        if name == "new" or name not in self.connections:
            url = self.url + case_path(case)
            self.connections["last"] = WebSocket(url)
            if name not in ("new", "last"):
                self.connections[name] = self.connections["last"]
        if name not in ("new", "last"):
            self.connections["last"] = self.connections[name]
        return self.connections["last"]

    def ask(self, connection, method, params):
        self.own_id += 1
        connection.send(json.dumps({"jsonrpc": "2.0", "id": self.own_id, "method": method, "params": params}))
        while True:
            text = connection.receive(self.patience)
            if text is None:
                raise TimeoutError(f"{method} is not answered")
            answer = json.loads(text)
            if answer.get("id") == self.own_id:
                return answer

    def provide(self, connection, request):
        """Binds what the request names but the recording has not shown: its session, objects, subscriptions."""
        text = json.dumps(request)
        params = request.get("params") if isinstance(request, dict) else None
        session = params.get("sessionId") if isinstance(params, dict) else None
        if request_method(request) != "connect" and session in self.symbols.unbound(text):
            self.symbols.real[session] = self.ask(connection, "connect", {})["result"]["sessionId"]
        for path in re.findall(r"(?:<[A-Z]\w*:\d+>/?)+", text):
            self.provide_object(connection, path)
        for symbol in self.symbols.unbound(text):
            self.symbols.real[symbol] = str(uuid.uuid4())

    def provide_object(self, connection, path):
        parent = None
        for symbol in path.strip("/").split("/"):
            if not self.symbols.is_bound(symbol):
                name = CLASS.fullmatch(symbol).group(1)
                params = {} if parent is None else {"hub" if name == "HubPort" else "mediaPipeline": parent, **ALSO_GIVEN.get(name, {})}
                made = self.ask(connection, "create", {"type": name, "constructorParams": params})
                if "result" not in made:
                    raise Skipped(f"cannot make a {name}")
                self.symbols.real[symbol] = made["result"]["value"].split("/")[-1]
            own = self.symbols.real[symbol]
            parent = own if parent is None else f"{parent}/{own}"

    def check_classes(self, recorded):
        # What else raises an event meanwhile need not be there.
        names = set(CLASS.findall(json.dumps([recorded["request"], recorded_response(recorded)])))
        request = recorded["request"]
        params = request.get("params") if isinstance(request, dict) else None
        if request_method(request) == "create" and isinstance(params, dict):
            known = not any("Factory '" in a.get("error", {}).get("message", "") for a in recorded["answers"])
            if isinstance(params.get("type"), str) and known:
                names.add(params["type"].split(".")[-1])
        missing = names - self.factories
        if missing:
            raise Skipped("no " + ", ".join(sorted(missing)))

    def exchange(self, recorded):
        """What the server answers to the request: (response or None, events seen before it, close code or None)."""
        request = recorded["request"]
        connection = self.connection(recorded["case"])
        self.provide(connection, request)
        text = request if isinstance(request, str) else with_secrets(json.dumps(self.symbols.substitute(request))).replace(*PLAYED)
        events = []
        try:
            connection.send(text, 2 if "binary" in recorded["case"] else 1)
            while True:
                received = connection.receive(self.patience)
                if received is None:
                    return None, events, None
                message = json.loads(received)
                if isinstance(message, list) or message.get("method") != "onEvent":
                    return message, events, None
                events.append(message)
        except Closed as closed:
            return None, events, closed.code


def case_path(case):
    return {"path/path-slash": "/", "path/path-query": "?x=1"}.get(case, "")


def request_method(request):
    return request.get("method") if isinstance(request, dict) else None


def request_operation(request):
    params = request.get("params") if isinstance(request, dict) else None
    operation = params.get("operation") if isinstance(params, dict) else None
    return operation if isinstance(operation, str) else None


def recorded_response(recorded):
    """The recorded answer to the request itself, without the events and answers that came with it."""
    request = recorded["request"]
    responses = [a for a in recorded["answers"] if a.get("method") != "onEvent"]
    own = [a for a in responses if isinstance(request, dict) and a.get("id") == request.get("id")]
    return (own or responses or [None])[0]


def is_same(file, recorded, expected, answered, closed):
    if expected is None:
        code = (recorded.get("closed") or {}).get("code")
        return answered is None and closed is not None and closed == code
    if answered is None:
        return False
    values = [r.get("result", {}).get("value") if isinstance(r, dict) and r.get("result") else None for r in (expected, answered)]
    if request_operation(recorded["request"]) in ("processOffer", "processAnswer") and all(map(is_description, values)):
        return same_description(*values)
    if request_operation(recorded["request"]) in VALUES_ONLY_OF_A_KIND and "result" in expected:
        return same_value_kind(expected, answered)
    return file.symbols.matches(expected, answered)


def excuse_for(case, recorded, answered):
    for pattern, reason, expectation in RULES:
        if answered is not None and re.fullmatch(pattern, case) and expectation(recorded or {}, answered):
            return reason
    return None


def replay_case(file, recorded, left_out):
    """(verdict, text): "same", "excused" with the reason, "skipped" with the reason, or "different"."""
    if recorded["request"] is None:
        return "skipped", "a remark"
    if left_out and re.fullmatch(left_out, recorded["case"]):
        return "skipped", "left out"
    try:
        file.check_classes(recorded)
        answered, events, closed = file.exchange(recorded)
        time.sleep(PAUSES.get(recorded["case"], 0))
    except Skipped as why:
        return "skipped", str(why)
    expected = recorded_response(recorded)
    if is_same(file, recorded, expected, answered, closed):
        return check_events(file, recorded, events)
    reason = excuse_for(recorded["case"], file.symbols.substitute(expected), answered)
    if reason:
        return "excused", reason
    shown = answered if answered is not None else f"closed with {closed}"
    return "different", f"recorded {json.dumps(file.symbols.substitute(expected))}\n    answered {json.dumps(shown)}"


def check_events(file, recorded, events):
    """Events may come before or after the answer, so only the form of those that came is checked."""
    forms = [a["params"]["value"] for a in recorded["answers"] if a.get("method") == "onEvent"]
    for event in events:
        value = event["params"]["value"]
        alike = [f for f in forms if f["type"] == value["type"]]
        if alike and not any(same_form(f, value) for f in alike):
            return "different", f"recorded event {json.dumps(alike[0])}\n    came as {json.dumps(value)}"
    return "same", ""


def same_form(recorded, answered):
    data, answered_data = recorded["data"], answered["data"]
    if set(data) - set(answered_data) or set(answered_data) - set(data) - {"timestamp"}:
        return False
    return all(same_kind(v, answered_data[k]) for k, v in data.items())


def replay_file(url, path, factories, options):
    file = File(url, factories, options.patience)
    counts = {"same": 0, "excused": 0, "skipped": 0, "different": 0}
    for line in path.read_text().splitlines():
        recorded = json.loads(line)
        try:
            verdict, text = replay_case(file, recorded, options.leave_out)
        except (Closed, TimeoutError, ConnectionError) as failure:
            verdict, text = "different", f"the replay failed: {failure}"
        counts[verdict] += 1
        if verdict == "different" or options.verbose and verdict != "same":
            print(f"{verdict}: {recorded['case']}\n    {text}")
    print(f"{path.name}: " + ", ".join(f"{n} {verdict}" for verdict, n in counts.items()))
    return counts


def factories_of(url):
    """The classes that the server can make."""
    info = File(url, set(), 5.0).ask(WebSocket(url), "invoke",
                                     {"object": "manager_ServerManager", "operation": "getInfo"})
    return {name for module in info["result"]["value"]["modules"] for name in module["factories"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", metavar="COMMAND")
    parser.add_argument("--patience", type=float, default=5.0, help="seconds to wait for an answer")
    parser.add_argument("--leave-out", metavar="REGEX", help="cases not to replay")
    parser.add_argument("--verbose", action="store_true", help="also tell what was excused or skipped, and why")
    parser.add_argument("what", nargs="+", metavar="URL|FILE")
    options = parser.parse_args()
    server = None
    if options.serve:
        server = subprocess.Popen([options.serve], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
        url, paths = server.stdout.readline().strip(), options.what
    else:
        url, *paths = options.what
    try:
        factories = factories_of(url)
        counts = [replay_file(url, Path(p), factories, options) for p in paths]
    finally:
        if server:
            server.stdin.close()
            server.wait()
    total = {verdict: sum(c[verdict] for c in counts) for verdict in counts[0]}
    print(f"{total['same'] + total['excused']} passed, {total['different']} failed, {total['skipped']} skipped")
    return 1 if total["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
