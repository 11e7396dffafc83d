// The parser's inside: one function an attribute, found by name. Inside the room only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sdp/session_description.hpp"

namespace kaskado::sdp {

// What is wrong with a value, or empty when nothing is. Always a literal.
using Problem = std::string_view;
inline constexpr Problem kNoProblem{};

// The m-section that is being read.
struct MediaSection {
  MediaDescription media;
  std::array<std::int16_t, 128> codec_of_payload_type;  // index into media.codecs, or -1

  MediaSection() { codec_of_payload_type.fill(-1); }
  RtpCodec* find_codec(std::uint8_t payload_type) {
    const std::int16_t at = codec_of_payload_type[payload_type & 0x7f];
    return at < 0 ? nullptr : &media.codecs[static_cast<std::size_t>(at)];
  }
};

Problem parse_media_line(MediaSection&, std::string_view value);
// c= and b=, of either level.
Problem parse_connection(std::string_view value, ConnectionAddress&);
Problem parse_bandwidth(std::string_view value, std::vector<Bandwidth>&);

// `name` and `value` of an a= line; `has_value` tells `a=x:` from `a=x`. An unknown attribute is kept.
struct AttributeLine {
  std::string_view name;
  std::string_view value;
  bool has_value = false;
};
Problem parse_session_attribute(SessionDescription&, const AttributeLine&);
Problem parse_media_attribute(MediaSection&, const AttributeLine&);

// The attributes that both levels know; false when the name is none of them.
bool parse_transport_attribute(TransportAttributes&, const AttributeLine&, Problem&);
Problem parse_extension_map(std::string_view value, std::vector<ExtensionMap>&);

// Appends unless the list is full.
template <typename T>
Problem append(std::vector<T>& list, T value) {
  if (list.size() >= kMaxEntries) return "there are too many of these";
  list.push_back(std::move(value));
  return kNoProblem;
}
Problem keep_unknown(std::vector<Attribute>&, const AttributeLine&);

// The a= lines of one m-section, by subject.
namespace attribute {
Problem rtpmap(MediaSection&, std::string_view value);
Problem fmtp(MediaSection&, std::string_view value);
Problem rtcp_fb(MediaSection&, std::string_view value);
Problem extmap(MediaSection&, std::string_view value);
Problem msid(MediaSection&, std::string_view value);
Problem ssrc(MediaSection&, std::string_view value);
Problem ssrc_group(MediaSection&, std::string_view value);
Problem rid(MediaSection&, std::string_view value);
Problem simulcast(MediaSection&, std::string_view value);
Problem rtcp(MediaSection&, std::string_view value);
Problem candidate(MediaSection&, std::string_view value);
Problem crypto(MediaSection&, std::string_view value);
Problem comedia(MediaSection&, std::string_view value);
Problem sctp_port(MediaSection&, std::string_view value);
Problem sctpmap(MediaSection&, std::string_view value);
Problem max_message_size(MediaSection&, std::string_view value);
Problem mid(MediaSection&, std::string_view value);
}  // namespace attribute

}  // namespace kaskado::sdp
