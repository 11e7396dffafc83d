// Any text: parsed, written, answered by endpoints of every transport profile, offered to, and taken as an
// answer.
#include <string_view>

#include "base/bytes.hpp"
#include "fuzz/support/require.hpp"
#include "sdp/negotiation.hpp"

namespace {

using namespace kaskado::sdp;
using kaskado::fuzz::require;

LocalCapabilities make_capabilities(bool all) {
  LocalCapabilities capabilities = default_capabilities();
  capabilities.data_channels = capabilities.rtx = capabilities.simulcast = all;
  capabilities.max_audio = capabilities.max_video = all ? 16 : 1;  // the most that can be configured
  if (!all)
    capabilities.video[1].accepted = {FormatParameters("profile-level-id=42e01f;packetization-mode=1")};
  return capabilities;
}

LocalTransportParameters make_local(TransportProfile profile) {
  LocalTransportParameters local;
  local.profile = profile;
  local.fingerprint = {"sha-256", "00:11"};
  local.crypto = profile == TransportProfile::sdes ? "AES_CM_128_HMAC_SHA1_80 inline:AAAA" : "";
  local.transports.resize(
      3, {.ice_ufrag = "ours", .ice_pwd = "ourpasswordourpassword", .candidates = {"candidate:1"}});
  local.sources = {{.ssrc = 1, .rtx_ssrc = 2, .stream = "s", .track = "t"}};
  return local;
}

void check(const SessionDescription& remote, const SessionDescription& local, const Negotiation& result) {
  require(local.media.size() == remote.media.size() && result.media.size() == remote.media.size());
  for (const NegotiatedMedia& media : result.media) {
    if (!media.accepted()) continue;
    require(media.transport < result.transports.size());
    require(media.kind == MediaKind::application || !media.codecs.empty());
  }
}

// What we write can be read, and says the same.
SessionDescription reread(const SessionDescription& session) {
  auto again = SessionDescription::parse(session.to_string());
  require(again.ok());
  return std::move(again).value();
}

void negotiate(const SessionDescription& remote, bool all, TransportProfile profile) {
  const LocalCapabilities capabilities = make_capabilities(all);
  const LocalTransportParameters local = make_local(profile);
  const auto answer = make_answer(remote, capabilities, local);
  require(answer.ok() == !remote.media.empty());
  if (answer) {
    check(remote, answer->local, *answer);
    const SessionDescription again = reread(answer->local);
    require(reread(again) == again && again.media.size() == remote.media.size());
    for (const NegotiatedMedia& media : answer->media) {
      const MediaDescription& said = answer->local.media[media.index];
      require(media.accepted() == (said.port != 0));
      // What is refused names formats that may have a static meaning (RFC 3551 §6).
      require(!media.accepted() || again.media[media.index] == said);
    }
    const auto echoed = apply_answer(remote, answer->local, local);
    if (echoed) check(remote, echoed->local, *echoed);
  }
  const SessionDescription offer = make_offer({true, true, true}, capabilities, local);
  require(reread(offer) == offer);
  const auto applied = apply_answer(offer, remote, local);
  if (applied) check(remote, offer, *applied);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = SessionDescription::parse(kaskado::base::as_text({data, size}));
  if (!parsed) {
    require(!parsed.error().message.empty());
    return 0;
  }
  require(reread(*parsed) == *parsed);
  negotiate(*parsed, true, TransportProfile::webrtc);
  negotiate(*parsed, false, TransportProfile::webrtc);
  negotiate(*parsed, true, TransportProfile::rtp);
  negotiate(*parsed, true, TransportProfile::sdes);
  return 0;
}
