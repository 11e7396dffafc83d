// What a processOffer costs: Chromium's offer of audio, video and data is read, answered and the answer
// written.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "sdp/negotiation.hpp"

namespace {

using namespace kaskado::sdp;

constexpr const char* kSecrets =
    "a=ice-ufrag:Yxyz\r\na=ice-pwd:uRqZ0hJtKfWJcD2Vh0aSb9pT\r\na=ice-options:trickle\r\n"
    "a=fingerprint:sha-256 "
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n"
    "a=setup:actpass\r\n";

void add_video_codec(std::string& text, int payload_type, const char* name, const char* parameters) {
  const std::string pt = std::to_string(payload_type);
  const std::string rtx = std::to_string(payload_type + 1);
  text += "a=rtpmap:" + pt + " " + name + "/90000\r\n";
  for (const char* feedback : {"goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"}) {
    text += "a=rtcp-fb:" + pt + " " + feedback + "\r\n";
  }
  if (*parameters) text += "a=fmtp:" + pt + " " + parameters + "\r\n";
  text += "a=rtpmap:" + rtx + " rtx/90000\r\na=fmtp:" + rtx + " apt=" + pt + "\r\n";
}

// In the shape, length and order of Chromium's.
std::string chromium_offer() {
  std::string text =
      "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 "
      "2\r\na=extmap-allow-mixed\r\n"
      "a=msid-semantic: WMS s0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\n"
      "a=rtcp:9 IN IP4 0.0.0.0\r\n" +
      std::string(kSecrets) +
      "a=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
      "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
      "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
      "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=sendrecv\r\na=msid:s0 "
      "a0\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"
      "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
      "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n"
      "a=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\na=rtpmap:110 telephone-event/48000\r\n"
      "a=rtpmap:126 telephone-event/8000\r\na=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\na=ssrc:3570614608 "
      "msid:s0 a0\r\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 35 36 37 38 39 40 102 103 104 105 106 107 108 109 45 "
      "46 112 114\r\n"
      "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n" +
      kSecrets + "a=mid:1\r\n";
  int id = 0;
  for (const char* uri :
       {"urn:ietf:params:rtp-hdrext:toffset", "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "urn:3gpp:video-orientation",
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
        "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
        "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
        "http://www.webrtc.org/experiments/rtp-hdrext/color-space", "urn:ietf:params:rtp-hdrext:sdes:mid",
        "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
        "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"}) {
    text += "a=extmap:" + std::to_string(++id) + " " + uri + "\r\n";
  }
  text += "a=sendrecv\r\na=msid:s0 v0\r\na=rtcp-mux\r\na=rtcp-rsize\r\n";
  add_video_codec(text, 96, "VP8", "");
  add_video_codec(text, 98, "VP9", "profile-id=0");
  add_video_codec(text, 100, "VP9", "profile-id=2");
  add_video_codec(text, 35, "VP9", "profile-id=1");
  add_video_codec(text, 37, "VP9", "profile-id=3");
  add_video_codec(text, 39, "AV1", "level-idx=5;profile=1;tier=0");
  add_video_codec(text, 102, "H264",
                  "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f");
  add_video_codec(text, 104, "H264",
                  "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f");
  add_video_codec(text, 106, "H264",
                  "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
  add_video_codec(text, 108, "H264",
                  "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f");
  add_video_codec(text, 45, "AV1", "level-idx=5;profile=0;tier=0");
  return text +
         "a=rtpmap:112 red/90000\r\na=rtpmap:114 ulpfec/90000\r\na=ssrc-group:FID 2231627014 632943048\r\n"
         "a=ssrc:2231627014 cname:4TOk42mSjXCkVIa6\r\na=ssrc:2231627014 msid:s0 v0\r\n"
         "a=ssrc:632943048 cname:4TOk42mSjXCkVIa6\r\na=ssrc:632943048 msid:s0 v0\r\n"
         "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n" +
         kSecrets + "a=mid:2\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n";
}

LocalCapabilities capabilities() {
  LocalCapabilities result = default_capabilities();
  result.data_channels = true;
  return result;
}

LocalTransportParameters local() {
  LocalTransportParameters result;
  result.cname = "user@kaskado";
  result.fingerprint = {"sha-256", "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"};
  result.transports = {{.ice_ufrag = "abcd", .ice_pwd = "0123456789012345678901"}};
  result.sources = {{.ssrc = 1, .stream = "s", .track = "a"}, {.ssrc = 2, .stream = "s", .track = "v"}};
  return result;
}

void BM_ParseOffer(benchmark::State& state) {
  const std::string text = chromium_offer();
  for (auto _ : state) benchmark::DoNotOptimize(SessionDescription::parse(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_ParseOffer);

void BM_MakeAnswer(benchmark::State& state) {
  const SessionDescription offer = *SessionDescription::parse(chromium_offer());
  const LocalCapabilities can = capabilities();
  const LocalTransportParameters ours = local();
  for (auto _ : state) benchmark::DoNotOptimize(make_answer(offer, can, ours));
}
BENCHMARK(BM_MakeAnswer);

void BM_WriteAnswer(benchmark::State& state) {
  const auto answer = make_answer(*SessionDescription::parse(chromium_offer()), capabilities(), local());
  for (auto _ : state) benchmark::DoNotOptimize(answer->local.to_string());
}
BENCHMARK(BM_WriteAnswer);

void BM_ProcessOffer(benchmark::State& state) {
  const std::string text = chromium_offer();
  for (auto _ : state) {
    const auto offer = SessionDescription::parse(text);
    const auto answer = make_answer(*offer, capabilities(), local());
    benchmark::DoNotOptimize(answer->local.to_string());
  }
}
BENCHMARK(BM_ProcessOffer);

void BM_MakeOffer(benchmark::State& state) {
  const LocalCapabilities can = capabilities();
  const LocalTransportParameters ours = local();
  for (auto _ : state) benchmark::DoNotOptimize(make_offer({true, true, true}, can, ours).to_string());
}
BENCHMARK(BM_MakeOffer);

}  // namespace
