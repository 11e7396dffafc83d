// An RTP payload format as a session description names it: a=rtpmap, a=fmtp and a=rtcp-fb of one payload
// type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kaskado::sdp {

// The value of a=fmtp behind the payload type, kept as it was written and looked into on demand. Parameters
// are `name=value` separated by ';' (RFC 8866 §6.15 leaves it to the format; all that we look into use this
// form).
class FormatParameters {
 public:
  FormatParameters() = default;
  explicit FormatParameters(std::string text) : text_(std::move(text)) {}

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  // The value of the first parameter of this name, in any case; empty for a name without '='. Valid until
  // *this changes.
  std::optional<std::string_view> find(std::string_view name) const;
  // The value as a decimal number; nothing where it is absent or is none.
  std::optional<std::uint32_t> number(std::string_view name) const;
  // Name and value in the order written. Valid until *this changes.
  std::vector<std::pair<std::string_view, std::string_view>> entries() const;
  // Replaces the value where it stands, or appends.
  void set(std::string_view name, std::string_view value);

  bool operator==(const FormatParameters&) const = default;

 private:
  std::string text_;
};

struct RtpCodec {
  std::uint8_t payload_type = 0;
  std::string name;  // as written; compared without regard to case. Empty: a dynamic type without a=rtpmap
  std::uint32_t clock_rate = 0;
  std::uint8_t channels = 1;
  FormatParameters parameters;
  std::vector<std::string> feedback;  // a=rtcp-fb values, e.g. "nack pli" (RFC 4585 §4.2, RFC 5104 §7.1)

  bool operator==(const RtpCodec&) const = default;
};

// Name, clock rate and channels agree; says nothing about parameters.
bool same_encoding(const RtpCodec& a, const RtpCodec& b);

// The encoding of a static payload type (RFC 3551 §6), for m-lines that leave its a=rtpmap out.
const RtpCodec* static_codec(std::uint8_t payload_type);

}  // namespace kaskado::sdp
