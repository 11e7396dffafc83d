#include "sdp/negotiate_rtp.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "sdp/fmtp.hpp"

namespace kaskado::sdp {
namespace {

using base::equals_ignoring_case;

constexpr std::uint16_t kMaxOneByteId = 14;   // RFC 8285 §4.2
constexpr std::uint16_t kMaxTwoByteId = 255;  // RFC 8285 §4.3
constexpr std::uint32_t kVideoClockRate = 90000;
constexpr std::uint32_t kMaxPacketizationMode =
    1;  // RFC 6184 §5.4: interleaved mode is for storage, not calls

bool contains(std::span<const std::string> list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

void keep_common(std::vector<std::string>& feedback, std::span<const std::string> known) {
  std::erase_if(feedback, [&](const std::string& item) { return !contains(known, item); });
}

// RFC 4585 §3: feedback is for the AVPF profiles.
bool allows_feedback(const MediaDescription& media) {
  return media.protocol.ends_with('F');
}

bool same_encoding(const RtpCodec& codec, const CodecCapability& capability) {
  return sdp::same_encoding(codec, RtpCodec{.name = capability.name,
                                            .clock_rate = capability.clock_rate,
                                            .channels = capability.channels});
}

// The format that we can do for `offered`; nothing where there is none.
std::optional<FormatParameters> find_format(const RtpCodec& offered, const CodecCapability& capability) {
  if (equals_ignoring_case(offered.name, "H264") &&
      offered.parameters.number("packetization-mode").value_or(0) > kMaxPacketizationMode) {
    return std::nullopt;
  }
  if (capability.accepted.empty()) return offered.parameters;
  for (const FormatParameters& format : capability.accepted) {
    if (formats_match(offered.name, offered.parameters, format)) {
      return answer_format(offered.name, offered.parameters, format);
    }
  }
  return std::nullopt;
}

std::optional<NegotiatedCodec> answer_codec(const RtpCodec& offered,
                                            std::span<const CodecCapability> capabilities, bool feedback) {
  for (const CodecCapability& capability : capabilities) {
    if (!same_encoding(offered, capability)) continue;
    auto format = find_format(offered, capability);
    if (!format) continue;
    NegotiatedCodec result{.codec = offered, .receive_payload_type = offered.payload_type};
    result.codec.parameters = std::move(*format);
    keep_common(result.codec.feedback,
                feedback ? std::span(capability.feedback) : std::span<const std::string>{});
    return result;
  }
  return std::nullopt;
}

// The rtx payload type that repairs `payload_type`.
std::optional<std::uint8_t> find_rtx(const MediaDescription& media, std::uint8_t payload_type) {
  for (const RtpCodec& codec : media.codecs) {
    if (repaired_payload_type(codec) == payload_type) return codec.payload_type;
  }
  return std::nullopt;
}

const RtpCodec* find_named(const MediaDescription& media, std::string_view name) {
  const auto found = std::ranges::find_if(
      media.codecs, [&](const RtpCodec& codec) { return equals_ignoring_case(codec.name, name) && codec.clock_rate == kVideoClockRate; });
  return found == media.codecs.end() ? nullptr : &*found;
}

bool has_several_encodings(const MediaDescription& media) {
  return media.simulcast || std::ranges::any_of(media.ssrc_groups, [](const SsrcGroup& group) { return group.semantics == "SIM"; });
}

// The codec of our offer that `answered` means: by payload type if it fits, else by what it is.
const RtpCodec* find_offered(const MediaDescription& our_offer, const RtpCodec& answered) {
  const auto fits = [&](const RtpCodec& c) {
    return sdp::same_encoding(c, answered) && formats_match(c.name, c.parameters, answered.parameters);
  };
  const RtpCodec* same_number = our_offer.find_codec(answered.payload_type);
  if (same_number && fits(*same_number)) return same_number;
  const auto at = std::find_if(our_offer.codecs.begin(), our_offer.codecs.end(), fits);
  return at == our_offer.codecs.end() ? nullptr : &*at;
}

std::optional<Direction> reversed(std::optional<Direction> direction) {
  return direction ? std::optional(reverse(*direction)) : std::nullopt;
}

// RFC 8851 §5: the payload types of "pt=96,97"; all where it has none.
bool uses_accepted_payload_type(const Rid& rid, std::span<const NegotiatedCodec> codecs) {
  const FormatParameters restrictions(rid.restrictions);
  auto list = restrictions.find("pt");
  if (!list) return true;
  while (!list->empty()) {
    const auto payload_type = base::parse_number<std::uint8_t>(base::trim(base::take_until(*list, ',')));
    for (const NegotiatedCodec& c : codecs) {
      if (payload_type == c.receive_payload_type) return true;
    }
  }
  return false;
}

// The streams of `offered` whose rids were accepted.
Simulcast::Streams keep_accepted(const Simulcast::Streams& offered, std::span<const Rid> rids) {
  Simulcast::Streams kept;
  for (const auto& stream : offered) {
    std::vector<SimulcastAlternative> alternatives;
    for (const SimulcastAlternative& a : stream) {
      const bool accepted =
          std::any_of(rids.begin(), rids.end(), [&](const Rid& rid) { return rid.id == a.rid; });
      if (accepted) alternatives.push_back(a);
    }
    if (!alternatives.empty()) kept.push_back(std::move(alternatives));
  }
  return kept;
}

}  // namespace

std::vector<NegotiatedCodec> answer_codecs(const MediaDescription& offered,
                                           std::span<const CodecCapability> capabilities, bool rtx) {
  std::vector<NegotiatedCodec> result;
  for (const RtpCodec& codec : offered.codecs) {
    auto accepted = answer_codec(codec, capabilities, allows_feedback(offered));
    if (!accepted) continue;
    if (rtx)
      accepted->rtx_payload_type = accepted->receive_rtx_payload_type = find_rtx(offered, codec.payload_type);
    result.push_back(std::move(*accepted));
  }
  // RFC 2198 §5: "111/111" names what it consists of, which has to have been taken as well.
  std::vector<std::uint8_t> taken;
  for (const NegotiatedCodec& codec : result) taken.push_back(codec.codec.payload_type);
  std::erase_if(result, [&](const NegotiatedCodec& codec) {
    if (!equals_ignoring_case(codec.codec.name, "red")) return false;
    std::string_view consists_of = codec.codec.parameters.text();
    const auto primary = base::parse_number<std::uint8_t>(base::take_until(consists_of, '/'));
    return std::ranges::none_of(taken, [&](std::uint8_t type) { return primary == type; });
  });
  return result;
}

std::vector<NegotiatedCodec> answered_codecs(const MediaDescription& our_offer,
                                             const MediaDescription& answer) {
  std::vector<NegotiatedCodec> result;
  for (const RtpCodec& codec : answer.codecs) {
    const RtpCodec* offered = find_offered(our_offer, codec);
    if (!offered) continue;
    NegotiatedCodec accepted{.codec = codec, .receive_payload_type = offered->payload_type};
    keep_common(accepted.codec.feedback, offered->feedback);
    const auto rtx = find_rtx(answer, codec.payload_type);
    const auto our_rtx = find_rtx(our_offer, offered->payload_type);
    if (rtx && our_rtx) {
      accepted.rtx_payload_type = rtx;
      accepted.receive_rtx_payload_type = our_rtx;
    }
    result.push_back(std::move(accepted));
  }
  return result;
}

RtpCodec make_rtx(std::uint8_t payload_type, const RtpCodec& repaired) {
  return {.payload_type = payload_type,
          .name = "rtx",
          .clock_rate = repaired.clock_rate,
          .parameters = FormatParameters("apt=" + std::to_string(repaired.payload_type))};
}

std::vector<RtpCodec> list_codecs(std::span<const NegotiatedCodec> codecs) {
  std::vector<RtpCodec> result;
  for (const NegotiatedCodec& c : codecs) {
    result.push_back(c.codec);
    if (c.rtx_payload_type) result.push_back(make_rtx(*c.rtx_payload_type, c.codec));
  }
  return result;
}

std::vector<ExtensionMap> answer_extensions(std::span<const ExtensionMap> offered, MediaKind kind,
                                            std::span<const ExtensionCapability> capabilities,
                                            bool two_byte_ids) {
  std::vector<ExtensionMap> result;
  for (const ExtensionMap& extension : offered) {
    if (extension.id > (two_byte_ids ? kMaxTwoByteId : kMaxOneByteId)) continue;
    const bool known =
        std::any_of(capabilities.begin(), capabilities.end(), [&](const ExtensionCapability& c) {
          return c.uri == extension.uri && (kind == MediaKind::audio ? c.audio : c.video);
        });
    const bool repeated = std::any_of(result.begin(), result.end(), [&](const ExtensionMap& e) {
      return e.id == extension.id || e.uri == extension.uri;
    });
    if (known && !repeated)
      result.push_back({extension.id, reversed(extension.direction), extension.uri, {}});
  }
  return result;
}

std::vector<ExtensionMap> answered_extensions(std::span<const ExtensionMap> our_offer,
                                              std::span<const ExtensionMap> answer) {
  std::vector<ExtensionMap> result;
  for (const ExtensionMap& extension : answer) {
    const bool offered = std::any_of(our_offer.begin(), our_offer.end(), [&](const ExtensionMap& e) {
      return e.id == extension.id && e.uri == extension.uri;
    });
    if (offered) result.push_back({extension.id, reversed(extension.direction), extension.uri, {}});
  }
  return result;
}

void answer_fec(const MediaDescription& offered, bool rtx, NegotiatedMedia& media, MediaDescription& answer) {
  if (has_several_encodings(offered)) return;
  const auto take = [&](const RtpCodec& codec, std::span<const std::string> feedback) {
    RtpCodec& taken = answer.codecs.emplace_back(codec);
    keep_common(taken.feedback, feedback);
    return codec.payload_type;
  };
  const RtpCodec *red = find_named(offered, "red"), *ulpfec = find_named(offered, "ulpfec");
  if (red && ulpfec) {
    media.fec.red = take(*red, {});
    if (rtx) media.fec.red_rtx = find_rtx(offered, red->payload_type);
    if (media.fec.red_rtx) answer.codecs.push_back(make_rtx(*media.fec.red_rtx, *red));
    media.fec.ulpfec = take(*ulpfec, {});
  }
  const std::vector<std::string> feedback{"goog-remb", "transport-cc"};
  if (const RtpCodec* flexfec = find_named(offered, "flexfec-03"))
    media.fec.flexfec = take(*flexfec, allows_feedback(offered) ? std::span(feedback) : std::span<const std::string>{});
}

void answer_simulcast(const MediaDescription& offered, NegotiatedMedia& media, MediaDescription& answer) {
  for (const Rid& rid : offered.rids) {
    if (rid.send && uses_accepted_payload_type(rid, media.codecs)) media.remote_rids.push_back(rid);
  }
  for (Rid rid : media.remote_rids) {
    rid.send = false;
    answer.rids.push_back(std::move(rid));
  }
  if (!offered.simulcast) return;
  Simulcast simulcast;
  simulcast.receive = keep_accepted(offered.simulcast->send, media.remote_rids);
  if (simulcast.receive.empty()) return;
  media.simulcast = answer.simulcast = std::move(simulcast);
}

}  // namespace kaskado::sdp
