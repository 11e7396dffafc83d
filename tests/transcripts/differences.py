"""Where the server answers otherwise than Kurento, on purpose. One rule a difference, each with its reason and with
what the answer has to be instead."""
from descriptions import is_description, media_of

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


def value(expected):
    """This very value."""
    def matches(_recorded, answered):
        found = answered["result"].get("value") if "result" in answered else value
        return type(found) is type(expected) and found == expected
    return matches


def only(**members):
    """Those items of the recorded list that have these members, and no others."""
    def matches(recorded, answered):
        items = [i for i in recorded["result"]["value"] if all(i[k] == v for k, v in members.items())]
        return value(items)(recorded, answered)
    return matches


def answers(accepted, refused):
    """A description with m-lines of these kinds."""
    def matches(_recorded, answered):
        found = answered.get("result", {}).get("value")
        media = media_of(found) if is_description(found) else []
        return [[m["kind"] for m in media if m["refused"] == is_refused] for is_refused in (False, True)] == [accepted, refused]
    return matches


def states(type_, *states_):
    """As many items of this type, of one component of one stream, in these states."""
    def matches(_recorded, answered):
        items = answered.get("result", {}).get("value")
        return isinstance(items, list) and [(i["__type__"], i["streamId"], str(i["componentId"]), i["state"]) for i in items] == [
            (type_, "1", "1", s) for s in states_]
    return matches


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
TAG = {"__module__": "kurento", "__type__": "Tag"}

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
    (r"hub/invoke:Mixer-AUDIO:(connect|disconnect)", "the port that has no sound is named", error(40004, type_="CONNECT_ERROR")),
    (r"create/create:GStreamerFilter-bad-command", "the parameter is named", error(40001, type_="MARSHALL_ERROR")),
    # Session descriptions
    (r".*:process(Offer|Answer)", "the error also says which line is wrong",
     lambda r, a: r.get("error", {}).get("code") == 40201 and a.get("error", {}).get("code") == 40201
     and a["error"]["message"].startswith(r["error"]["message"])),
    (r"sdp/invoke:sdes-to-webrtc:processOffer", "a WebRTC endpoint refuses m-lines without DTLS",
     lambda _r, a: all("m=" not in line or " 0 " in line for line in a.get("result", {}).get("value", "").splitlines())),
    (r"sdp/invoke:rtp-processAnswer:processAnswer", "the offer's own codecs and m-lines without DTLS roles", answers(["audio", "video"], [])),
    (r"sdp/invoke:rtp-offer-no-media:processOffer", "an offer of nothing is an error", error(40205)),
    (r"sdp/invoke:rtp-offer-rejected-video:processOffer", "what was refused stays refused", answers(["audio"], ["video"])),
    # Lines that the recording lacks
    (r"sdp/invoke:rtp-avpf:getRemoteSessionDescriptor", HISTORY, error(40203, "No remote SDP")),
    (r"sdp/invoke:rtp-sdes-offer-crypto-ep:getLocalSessionDescriptor", HISTORY, error(40202, "No local SDP")),
    (r"sdp/invoke:rtp-sdes-offer-plain-ep:getConnectionState", HISTORY, value("DISCONNECTED")),
    (r"sdp/invoke:rtp-(avpf|sdes-offer-crypto-ep)-offer-twice:processOffer", HISTORY, answers(["audio", "video"], [])),
    (r"sdp/invoke:dc-after-gather:getLocalSessionDescriptor", HISTORY, error(40202, "No local SDP")),
    (r"sdp/invoke:dc-second-processOffer:processOffer", HISTORY, answers(["audio", "video", "application"], [])),
    (r"manager/invoke:manager:getTags", HISTORY, value([])),
    (r"getters/invoke:(Composite|Dispatcher|DispatcherOneToMany|Mixer|AlphaBlending):getChildren", HISTORY, value([])),
    (r"hub/invoke:Composite:getChildren", HISTORY, lambda _r, a: len(a.get("result", {}).get("value", [])) == 2),
    (r"release/invoke:a-after-d-released:getSinkConnections", HISTORY, value([])),
    (r"release/describe-hubport-after-hub-release", HISTORY, lambda _r, a: a.get("result", {}).get("type") == "HubPort"),
    (r"invoke/(invoke:PassThrough\(null\):getName|operationParams-extra)", HISTORY, value("5")),
    (r"invoke/invoke:PassThrough\{\"key\":\"k1\"\}:getTag", HISTORY, value("v1")),
    (r"invoke/invoke:PassThrough\{\}:getTags", HISTORY, value([TAG | {"key": "k1", "value": "v1"}, TAG | {"key": "k2", "value": "v2"}])),
    (r"invoke/invoke:PassThrough\{\}:getMinEncoderBitrate", HISTORY, value(0)),
    (r"invoke/invoke:PassThrough\{\}:getMaxEncoderBitrate", HISTORY, value(2147483647)),
    (r"invoke/invoke:MediaPipeline\{\}:getLatencyStats", HISTORY, value(False)),
    (r"invoke/invoke:WebRtcEndpoint\{\}:getMaxVideoSendBandwidth", HISTORY, value(500)),
    (r"invoke/invoke:WebRtcEndpoint\{\}:getExternalIPv[46]", HISTORY, value("")),
    (r"connect/invoke:a:getSinkConnections", HISTORY, only(type="AUDIO")),
    # In media.jsonl A has never made the offer that B's answer is to, so the two do not find each other.
    (r"media/invoke:A:processAnswer", HISTORY, error(40209)),
    (r"media/invoke:A:getLocalSessionDescriptor", HISTORY, error(40202, "No local SDP")),
    (r"media/invoke:A:getStats", HISTORY, value(None)),
    (r"media/invoke:A:(getIceConnectionState|getDtlsConnectionState|getICECandidatePairs)", HISTORY, value([])),
    (r"media/invoke:[AB]:getConnectionState", HISTORY, value("DISCONNECTED")),
    (r"media/invoke:B-VIDEO:isMediaFlowingOut", HISTORY, value(False)),
    (r"media/invoke:recorder-VIDEO:isMediaFlowingIn", HISTORY, value(False)),
    (r"media/invoke:(player|recorder)(-VIDEO|-AUDIO)?:getStats", HISTORY, value(None)),
    (r"media/invoke:B:getIceConnectionState", HISTORY, states("IceConnection", "CONNECTING")),
    (r"media/invoke:B:getDtlsConnectionState", HISTORY, states("DtlsConnection", "NEW")),
    (r"crash/.*", "an error where Kurento dies",
     lambda _r, a: a.get("error", {}).get("code") in (40001, 40004, 40107)),
]

# Operations whose answers are compared by their kind alone: times, measurements, descriptions of the server.
VALUES_ONLY_OF_A_KIND = {
    "getCreationTime", "getCpuCount", "getUsedMemory", "getInfo", "getGstreamerDot", "getElementGstreamerDot",
    "generateOffer", "processOffer", "processAnswer", "getLocalSessionDescriptor", "getRemoteSessionDescriptor",
    "getPosition", "getVideoInfo", "getStats", "getPipelines",
}
