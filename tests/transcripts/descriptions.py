"""Session descriptions of a recording: what clients rely on in an answer, apart from its secrets and its order."""

# What recordings hide in an offer, as a peer would write it.
SECRETS = {
    "<ufrag>": "abcd",
    "<pwd>": "abcdefghijklmnopqrstuv",
    "<fingerprint>": ":".join(["AB"] * 32),
}


def with_secrets(text):
    for hidden, secret in SECRETS.items():
        text = text.replace(hidden, secret)
    return text


def is_description(value):
    return isinstance(value, str) and value.startswith("v=0")


def media_of(description):
    """One entry an m-line: kind, whether it is refused, formats, and the attributes that say how it is used."""
    media = []
    for line in description.splitlines():
        if line.startswith("m="):
            kind, port, protocol, *formats = line[2:].split()
            media.append({"kind": kind, "refused": port == "0", "protocol": protocol, "formats": formats})
        elif media and line.split(":")[0] in ("a=mid", "a=setup"):
            media[-1][line.split(":")[0]] = line
        elif media and line.startswith("a=rtpmap:"):
            # What is sent again, redundant sound and forward error correction are beyond what Kurento answers.
            number, encoding = line[len("a=rtpmap:"):].split()[:2]
            if encoding.split("/")[0].lower() in ("rtx", "red", "ulpfec", "flexfec-03") and not media[-1]["refused"]:
                media[-1]["formats"] = [f for f in media[-1]["formats"] if f != number]
        elif media and line in ("a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"):
            media[-1]["direction"] = line
    return media


def same_description(recorded, answered):
    """Same m-lines in the same order: refused ones refused, and of the others mid, codecs that carry media by themselves,
    direction and role."""
    recorded, answered = media_of(recorded), media_of(answered)
    if len(recorded) != len(answered):
        return False
    for before, now in zip(recorded, answered):
        keys = ["kind", "refused", "a=mid"] if before["refused"] else ["kind", "refused", "formats", "a=mid", "a=setup", "direction"]
        if any(before.get(key) != now.get(key) for key in keys):
            return False
    return True
