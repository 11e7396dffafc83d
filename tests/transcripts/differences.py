"""Where the server answers otherwise than Kurento, on purpose. One rule a difference, each with its reason."""

ANY = object()  # accepted whatever it is


def error(code, message=ANY, type_=ANY):
    """An error response of this code."""
    def matches(_recorded, answered):
        found = answered.get("error", {}) if isinstance(answered, dict) else {}
        return (found.get("code") == code and (message is ANY or found.get("message") == message)
                and (type_ is ANY or found.get("data", {}).get("type") == type_))
    return matches


def succeeds(_recorded, answered):
    return "result" in answered


def without_session(recorded, answered):
    """The same but for the session's id, which one server tells and the other does not."""
    def strip(response):
        result = response.get("result")
        return {k: v for k, v in result.items() if k != "sessionId"} if isinstance(result, dict) else response
    return strip(recorded) == strip(answered)


def same_kind(recorded, answered):
    """Values of one kind: numbers, texts, lists, or complex values that have all members."""
    number = (int, float)
    if isinstance(recorded, number) and not isinstance(recorded, bool):
        return isinstance(answered, number) and not isinstance(answered, bool)
    if isinstance(recorded, dict):
        return isinstance(answered, dict) and ("__type__" not in recorded or set(recorded) <= set(answered))
    return type(recorded) is type(answered)


def same_value_kind(recorded, answered):
    result = answered.get("result")
    return isinstance(result, dict) and same_kind(recorded["result"].get("value"), result.get("value"))


# A case's line was kept, but not the lines before it that brought about what it tells.
HISTORY = "what it tells of was done in a line that the recording lacks"
CONFIGURED = "the server of the recording was configured so"

# (case, reason, expectation): a case whose whole name the pattern matches may differ from the recording if the
# expectation, a function of the recorded and the given response, holds.
RULES = [
    # JSON-RPC
    (r"proto/malformed-.*/ping-after", "bad JSON is answered and the connection stays", succeeds),
    (r"proto/malformed-.*", "bad JSON is answered with -32700", error(-32700)),
    (r"proto/json-comments", "comments are not JSON", error(-32700)),
    (r"proto/batch-two", "a batch is answered with a batch",
     lambda _r, a: isinstance(a, list) and [r.get("result", {}).get("value") for r in a] == ["pong", "pong"]),
    (r"proto/ping-params-(array|string)", "params of a wrong kind are -32602", error(-32602)),
    (r"crash/rpc-params-array-create/.*", "params of a wrong kind are -32602", error(-32602)),
    (r"proto/ping-(unknown-session|session-nonstring)/ping-after",
     "a session that does not exist is not remembered", without_session),
    (r"proto/connect-notification/ping-after", "a session opened by a notification is one as well", without_session),
    # Sessions
    (r"session/connect-again-noparams-same-socket", "a connection's own session is known though it has no objects", succeeds),
    (r"session/connect-valid-but-objectless", "a session is known though it has no objects", succeeds),
    (r"session/connect-empty-params", "a connection's own session is known though it has no objects", succeeds),
    (r"cache/same-id-.*", "only the same request is answered from memory", lambda r, a: a.get("result", {}).get("value") in
     ("pong", r.get("result", {}).get("value"))),
    # Transactions
    (r"transaction/op-not-object", "an operation that is none is the transaction's error", error(40008)),
    # Server manager
    (r"manager/invoke:manager-kurento:getKmd", "the error's type has its own name",
     error(40500, "Requested kmd module doesn't exist", "SERVER_MANAGER_ERROR_KMD_NOT_FOUND")),
    (r"manager/invoke:manager-.*:getUsedCpu", "a number always, of this server's use",
     lambda _r, a: isinstance(a.get("result", {}).get("value"), (int, float))),
    # Objects
    (r"create/.*-pipeline-is-element", "what is wrong is named",
     error(40001, type_="MARSHALL_ERROR")),
    (r"create/create:HubPort.*", "what is wrong is named", error(40001, type_="MARSHALL_ERROR")),
    # Session descriptions
    (r".*:process(Offer|Answer)", "the error also says which line is wrong",
     lambda r, a: r.get("error", {}).get("code") == 40201 and a.get("error", {}).get("code") == 40201
     and a["error"]["message"].startswith(r["error"]["message"])),
    (r"sdp/invoke:sdes-to-webrtc:processOffer", "a WebRTC endpoint refuses m-lines without DTLS",
     lambda _r, a: all("m=" not in line or " 0 " in line for line in a.get("result", {}).get("value", "").splitlines())),
    (r"sdp/invoke:firefox:processOffer", "data channels are refused as yet",
     lambda _r, a: "m=application 0 " in a.get("result", {}).get("value", "")),
    # Lines that the recording lacks
    (r"sdp/invoke:dc.*:(getLocalSessionDescriptor|generateOffer|processAnswer|processOffer|addIceCandidate)", HISTORY,
     lambda _r, a: "result" in a or a.get("error", {}).get("code") in (40202, 40203, 40209)),
    (r"invoke/operationParams-extra", HISTORY, same_value_kind),
    (r"manager/invoke:manager:getTags", HISTORY, same_value_kind),
    (r"invoke/invoke:PassThrough\(null\):getName", HISTORY, same_value_kind),
    (r"invoke/invoke:PassThrough(\{\"key\":\"k1\"\}:getTag|\{\}:getTags)", HISTORY, same_value_kind),
    (r"invoke/invoke:PassThrough\{\}:get(Min|Max)EncoderBitrate", HISTORY, same_value_kind),
    (r"invoke/invoke:MediaPipeline\{\}:getLatencyStats", HISTORY, same_value_kind),
    (r"invoke/invoke:WebRtcEndpoint\{\}:(getMaxVideoSendBandwidth|getExternalIPv[46])", HISTORY, same_value_kind),
    (r"(connect|release)/invoke:.*:getSinkConnections", HISTORY, same_value_kind),
    (r"getters/invoke:WebRtcEndpoint:getNetworkInterfaces", CONFIGURED, same_value_kind),
    (r"crash/.*", "an error where Kurento dies",
     lambda _r, a: a.get("error", {}).get("code") in (40001, 40004, 40107)),
]

# Operations whose answers are compared by their kind alone: times, measurements, descriptions of the server.
VALUES_ONLY_OF_A_KIND = {
    "getCreationTime", "getCpuCount", "getUsedMemory", "getInfo", "getGstreamerDot", "getElementGstreamerDot",
    "generateOffer", "processOffer", "processAnswer", "getLocalSessionDescriptor", "getRemoteSessionDescriptor",
    "getPosition", "getStats", "getPipelines",
}
