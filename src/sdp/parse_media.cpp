// The m-line, the lines c= and b=, and which function reads which attribute.
#include <algorithm>
#include <array>

#include "sdp/parse.hpp"
#include "sdp/tokens.hpp"

namespace kaskado::sdp {
namespace {

constexpr std::size_t kMaxTokenBytes = 64;

MediaKind kind_of(std::string_view media) {
  if (media == "audio") return MediaKind::audio;
  if (media == "video") return MediaKind::video;
  if (media == "application") return MediaKind::application;
  return MediaKind::other;
}

Problem parse_payload_types(MediaSection& section, std::string_view rest) {
  const auto words = static_cast<std::size_t>(std::count(rest.begin(), rest.end(), ' '));
  section.media.codecs.reserve(std::min(words, section.codec_of_payload_type.size()));
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    const auto payload_type = base::parse_number<std::uint8_t>(word);
    if (!payload_type || *payload_type > 127) return "a payload type must be a number from 0 to 127";
    if (section.find_codec(*payload_type)) continue;  // named twice
    section.codec_of_payload_type[*payload_type] = static_cast<std::int16_t>(section.media.codecs.size());
    const RtpCodec* known = static_codec(*payload_type);
    section.media.codecs.push_back(known ? *known : RtpCodec{.payload_type = *payload_type});
  }
  return kNoProblem;
}

Problem parse_formats(MediaDescription& media, std::string_view rest) {
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (const Problem problem = append(media.formats, std::string(word)); !problem.empty()) return problem;
  }
  return kNoProblem;
}

// "9" or, for hierarchical streams, "49170/2".
Problem parse_port(std::string_view word, MediaDescription& media) {
  const std::string_view port = base::take_until(word, '/');
  const auto number = base::parse_number<std::uint16_t>(port);
  if (!number) return "the port must be a number from 0 to 65535";
  media.port = *number;
  if (word.empty()) return kNoProblem;
  const auto count = base::parse_number<std::uint16_t>(word);
  if (!count || *count == 0) return "the number of ports must be a number from 1";
  media.port_count = *count;
  return kNoProblem;
}

}  // namespace

// RFC 8866 §5.14: m=<media> <port>[/<count>] <proto> <fmt> …
Problem parse_media_line(MediaSection& section, std::string_view value) {
  MediaDescription& media = section.media;
  const std::string_view name = take_word(value);
  if (!is_token(name, kMaxTokenBytes)) return "the m-line has no media name";
  media.media = name;
  media.kind = kind_of(name);
  if (const Problem problem = parse_port(take_word(value), media); !problem.empty()) return problem;
  media.protocol = take_word(value);
  if (!is_token(media.protocol, kMaxTokenBytes)) return "the m-line has no protocol";
  const Problem problem = media.is_rtp() ? parse_payload_types(section, value) : parse_formats(media, value);
  if (!problem.empty()) return problem;
  if (media.codecs.empty() && media.formats.empty()) return "the m-line has no format";
  return kNoProblem;
}

Problem parse_connection(std::string_view value, ConnectionAddress& connection) {
  connection.network_type = take_word(value);
  connection.address_type = take_word(value);
  connection.address = take_word(value);
  return connection.address.empty() ? "the connection needs three fields" : kNoProblem;
}

Problem parse_bandwidth(std::string_view value, std::vector<Bandwidth>& bandwidths) {
  const std::string_view type = base::trim(base::take_until(value, ':'));
  const auto number = base::parse_number<std::uint64_t>(base::trim(value));
  if (!is_token(type, kMaxTokenBytes) || !number) return "the bandwidth must be <type>:<number>";
  return append(bandwidths, Bandwidth{std::string(type), *number});
}

Problem keep_unknown(std::vector<Attribute>& others, const AttributeLine& line) {
  if (line.name.empty()) return "the attribute has no name";
  Attribute attribute{std::string(line.name), std::nullopt};
  if (line.has_value) attribute.value = line.value;
  return append(others, std::move(attribute));
}

namespace {

using MediaAttributeParser = Problem (*)(MediaSection&, std::string_view);
struct MediaAttribute {
  std::string_view name;
  MediaAttributeParser parse;
};

template <bool MediaDescription::*flag>
Problem set_flag(MediaSection& section, std::string_view) {
  section.media.*flag = true;
  return kNoProblem;
}

template <Direction value>
Problem set_direction(MediaSection& section, std::string_view) {
  section.media.direction = value;
  return kNoProblem;
}

// Sorted by name.
constexpr std::array kMediaAttributes = {
    MediaAttribute{"bundle-only", set_flag<&MediaDescription::bundle_only>},
    MediaAttribute{"candidate", attribute::candidate},
    MediaAttribute{"crypto", attribute::crypto},
    MediaAttribute{"direction", attribute::comedia},
    MediaAttribute{"end-of-candidates", set_flag<&MediaDescription::end_of_candidates>},
    MediaAttribute{"extmap", attribute::extmap},
    MediaAttribute{"extmap-allow-mixed", set_flag<&MediaDescription::extmap_allow_mixed>},
    MediaAttribute{"fmtp", attribute::fmtp},
    MediaAttribute{"inactive", set_direction<Direction::inactive>},
    MediaAttribute{"max-message-size", attribute::max_message_size},
    MediaAttribute{"mid", attribute::mid},
    MediaAttribute{"msid", attribute::msid},
    MediaAttribute{"recvonly", set_direction<Direction::recvonly>},
    MediaAttribute{"rid", attribute::rid},
    MediaAttribute{"rtcp", attribute::rtcp},
    MediaAttribute{"rtcp-fb", attribute::rtcp_fb},
    MediaAttribute{"rtcp-mux", set_flag<&MediaDescription::rtcp_mux>},
    MediaAttribute{"rtcp-mux-only", set_flag<&MediaDescription::rtcp_mux_only>},
    MediaAttribute{"rtcp-rsize", set_flag<&MediaDescription::rtcp_rsize>},
    MediaAttribute{"rtpmap", attribute::rtpmap},
    MediaAttribute{"sctp-port", attribute::sctp_port},
    MediaAttribute{"sctpmap", attribute::sctpmap},
    MediaAttribute{"sendonly", set_direction<Direction::sendonly>},
    MediaAttribute{"sendrecv", set_direction<Direction::sendrecv>},
    MediaAttribute{"simulcast", attribute::simulcast},
    MediaAttribute{"ssrc", attribute::ssrc},
    MediaAttribute{"ssrc-group", attribute::ssrc_group},
};
static_assert(std::is_sorted(kMediaAttributes.begin(), kMediaAttributes.end(),
                             [](const MediaAttribute& a, const MediaAttribute& b) {
                               return a.name < b.name;
                             }));

Problem parse_group(SessionDescription& session, std::string_view value) {
  Group group{std::string(take_word(value)), {}};
  if (!is_token(group.semantics, kMaxTokenBytes)) return "the group has no semantics";
  for (std::string_view mid = take_word(value); !mid.empty(); mid = take_word(value)) {
    if (const Problem problem = append(group.mids, std::string(mid)); !problem.empty()) return problem;
  }
  return append(session.groups, std::move(group));
}

}  // namespace

Problem parse_media_attribute(MediaSection& section, const AttributeLine& line) {
  const auto known =
      std::lower_bound(kMediaAttributes.begin(), kMediaAttributes.end(), line.name,
                       [](const MediaAttribute& a, std::string_view name) { return a.name < name; });
  if (known != kMediaAttributes.end() && known->name == line.name) return known->parse(section, line.value);
  Problem problem;
  if (parse_transport_attribute(section.media.transport, line, problem)) return problem;
  return keep_unknown(section.media.others, line);
}

Problem parse_session_attribute(SessionDescription& session, const AttributeLine& line) {
  Problem problem;
  if (parse_transport_attribute(session.transport, line, problem)) return problem;
  if (line.name == "group") return parse_group(session, line.value);
  if (line.name == "extmap") return parse_extension_map(line.value, session.extensions);
  if (line.name == "ice-lite") {
    session.ice_lite = true;
  } else if (line.name == "extmap-allow-mixed") {
    session.extmap_allow_mixed = true;
  } else if (line.name == "msid-semantic") {
    session.msid_semantic = line.value;
  } else if (const auto direction = parse_direction(line.name)) {
    session.direction = direction;
  } else {
    return keep_unknown(session.others, line);
  }
  return kNoProblem;
}

}  // namespace kaskado::sdp
