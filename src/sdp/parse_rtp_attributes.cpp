// Attributes of payload types, header extensions and sources.
#include <algorithm>

#include "sdp/parse.hpp"
#include "sdp/tokens.hpp"

namespace kaskado::sdp {
namespace {

constexpr std::uint16_t kMaxExtensionId = 4351;  // RFC 8285 §5: 4096-4351 ask the answerer to choose one
constexpr std::size_t kMaxRidBytes = 255;        // RFC 8851 §10; what one RTP header extension holds
constexpr std::size_t kMaxTokenBytes = 64;
constexpr std::size_t kUsualFeedback = 5;

// The payload type in front of `value`, cut off; above 127 where it is none.
std::uint8_t take_payload_type(std::string_view& value) {
  return take_number<std::uint8_t>(value).value_or(255);
}
constexpr Problem kBadPayloadType = "the payload type must be a number from 0 to 127";

// "nack  pli" as "nack pli".
std::string single_spaced(std::string_view value) {
  std::string result;
  for (std::string_view word = take_word(value); !word.empty(); word = take_word(value)) {
    if (!result.empty()) result += ' ';
    result += word;
  }
  return result;
}

Problem add_feedback(RtpCodec& codec, const std::string& feedback) {
  const auto& known = codec.feedback;
  if (std::find(known.begin(), known.end(), feedback) != known.end()) return kNoProblem;
  if (known.empty()) codec.feedback.reserve(kUsualFeedback);
  return append(codec.feedback, feedback);
}

// A line that belongs to a payload type which the m-line does not list: kept, and used for nothing.
Problem keep_line(MediaSection& section, std::string_view name, std::string_view value) {
  return keep_unknown(section.media.others, AttributeLine{name, value, true});
}

}  // namespace

// RFC 8285 §5: a=extmap:<id>["/"<direction>] <URI> <attributes>
Problem parse_extension_map(std::string_view value, std::vector<ExtensionMap>& extensions) {
  std::string_view head = take_word(value);
  const auto id = base::parse_number<std::uint16_t>(base::take_until(head, '/'));
  if (!id || *id == 0 || *id > kMaxExtensionId) return "the extension id must be a number from 1 to 4351";
  ExtensionMap extension{.id = *id};
  if (!head.empty()) {
    extension.direction = parse_direction(head);
    if (!extension.direction) return "the extension's direction is unknown";
  }
  extension.uri = take_word(value);
  if (extension.uri.empty()) return "the extension has no URI";
  extension.attributes = base::trim(value);
  return append(extensions, std::move(extension));
}

namespace attribute {

// RFC 8866 §6.6: a=rtpmap:<payload type> <encoding>/<clock rate>[/<channels>]
Problem rtpmap(MediaSection& section, std::string_view value) {
  const std::string_view whole = value;
  const std::uint8_t payload_type = take_payload_type(value);
  if (payload_type > 127) return kBadPayloadType;
  std::string_view encoding = take_word(value);
  const std::string_view name = base::take_until(encoding, '/');
  const auto clock_rate = base::parse_number<std::uint32_t>(base::take_until(encoding, '/'));
  const auto channels = encoding.empty() ? std::uint8_t{1} : base::parse_number<std::uint8_t>(encoding);
  if (!is_token(name, kMaxTokenBytes)) return "the encoding has no name";
  if (!clock_rate || *clock_rate == 0) return "the clock rate must be a number from 1";
  if (!channels || *channels == 0) return "the number of channels must be from 1 to 255";
  RtpCodec* codec = section.find_codec(payload_type);
  if (!codec) return keep_line(section, "rtpmap", whole);
  codec->name = name;
  codec->clock_rate = *clock_rate;
  codec->channels = *channels;
  return kNoProblem;
}

Problem fmtp(MediaSection& section, std::string_view value) {
  const std::string_view whole = value;
  if (!section.media.is_rtp()) return keep_line(section, "fmtp", whole);
  const std::uint8_t payload_type = take_payload_type(value);
  if (payload_type > 127) return kBadPayloadType;
  RtpCodec* codec = section.find_codec(payload_type);
  if (!codec) return keep_line(section, "fmtp", whole);
  codec->parameters = FormatParameters(std::string(base::trim(value)));
  return kNoProblem;
}

// RFC 4585 §4.2: "*" stands for every payload type of the m-line.
Problem rtcp_fb(MediaSection& section, std::string_view value) {
  const std::string_view whole = value;
  std::string_view rest = value;
  if (take_word(rest) == "*") {
    const std::string feedback = single_spaced(rest);
    if (feedback.empty()) return "the feedback has no type";
    for (RtpCodec& codec : section.media.codecs) {
      if (const Problem problem = add_feedback(codec, feedback); !problem.empty()) return problem;
    }
    return kNoProblem;
  }
  const std::uint8_t payload_type = take_payload_type(value);
  if (payload_type > 127) return kBadPayloadType;
  const std::string feedback = single_spaced(value);
  if (feedback.empty()) return "the feedback has no type";
  RtpCodec* codec = section.find_codec(payload_type);
  return codec ? add_feedback(*codec, feedback) : keep_line(section, "rtcp-fb", whole);
}

Problem extmap(MediaSection& section, std::string_view value) {
  return parse_extension_map(value, section.media.extensions);
}

Problem msid(MediaSection& section, std::string_view value) {
  Msid msid{std::string(take_word(value)), std::string(take_word(value))};
  if (msid.stream.empty()) return "the msid is empty";
  return append(section.media.msids, std::move(msid));
}

// RFC 5576 §4.1: a=ssrc:<ssrc> <attribute>[:<value>]
Problem ssrc(MediaSection& section, std::string_view value) {
  const auto number = take_number<std::uint32_t>(value);
  if (!number) return "the SSRC must be a 32-bit number";
  auto& all = section.media.ssrcs;
  auto source =
      std::find_if(all.begin(), all.end(), [&](const SsrcDescription& s) { return s.ssrc == *number; });
  if (source == all.end()) {
    if (const Problem problem = append(all, SsrcDescription{.ssrc = *number}); !problem.empty())
      return problem;
    source = all.end() - 1;
  }
  std::string_view rest = base::trim(value);
  if (rest.empty()) return kNoProblem;
  const bool has_value = rest.find(':') != std::string_view::npos;
  const std::string_view name = base::trim(base::take_until(rest, ':'));
  rest = base::trim(rest);
  if (name == "cname") {
    source->cname = rest;
  } else if (name == "msid") {
    source->msid = single_spaced(rest);
  } else {
    return keep_unknown(source->others, AttributeLine{name, rest, has_value});
  }
  return kNoProblem;
}

Problem ssrc_group(MediaSection& section, std::string_view value) {
  SsrcGroup group{std::string(take_word(value)), {}};
  if (group.semantics.empty()) return "the SSRC group has no semantics";
  for (std::string_view word = take_word(value); !word.empty(); word = take_word(value)) {
    const auto ssrc = base::parse_number<std::uint32_t>(word);
    if (!ssrc) return "the SSRC must be a 32-bit number";
    if (const Problem problem = append(group.ssrcs, *ssrc); !problem.empty()) return problem;
  }
  return append(section.media.ssrc_groups, std::move(group));
}

// RFC 8851 §4: a=rid:<id> send|recv [<restrictions>]
Problem rid(MediaSection& section, std::string_view value) {
  Rid rid;
  rid.id = take_word(value);
  if (!is_token(rid.id, kMaxRidBytes)) return "the rid must be a token of at most 255 bytes";
  const std::string_view direction = take_word(value);
  if (direction != "send" && direction != "recv") return "the rid's direction must be send or recv";
  rid.send = direction == "send";
  rid.restrictions = base::trim(value);
  for (const Rid& earlier : section.media.rids) {
    if (earlier.id == rid.id) return "the m-line has this rid already";
  }
  return append(section.media.rids, std::move(rid));
}

namespace {

// RFC 8853 §5.1: "h,~x;m;l" – streams by ';', alternatives by ',', paused ones with '~'.
Problem parse_streams(std::string_view text, Simulcast::Streams& streams) {
  if (text.starts_with("rid="))
    text.remove_prefix(4);  // draft-ietf-mmusic-sdp-simulcast-05, in older browsers
  while (!text.empty()) {
    std::string_view stream = base::take_until(text, ';');
    std::vector<SimulcastAlternative> alternatives;
    while (!stream.empty()) {
      std::string_view id = base::take_until(stream, ',');
      const bool paused = id.starts_with('~');
      if (paused) id.remove_prefix(1);
      if (!is_token(id, kMaxRidBytes)) return "the simulcast list names no rid";
      if (const Problem problem = append(alternatives, SimulcastAlternative{std::string(id), paused});
          !problem.empty())
        return problem;
    }
    if (alternatives.empty()) return "the simulcast list has an empty stream";
    if (const Problem problem = append(streams, std::move(alternatives)); !problem.empty()) return problem;
  }
  return kNoProblem;
}

}  // namespace

// RFC 8853 §5.1: a=simulcast:send <streams> [recv <streams>], in either order.
Problem simulcast(MediaSection& section, std::string_view value) {
  Simulcast simulcast;
  for (std::string_view word = take_word(value); !word.empty(); word = take_word(value)) {
    if (word != "send" && word != "recv") return "the simulcast direction must be send or recv";
    Simulcast::Streams& streams = word == "send" ? simulcast.send : simulcast.receive;
    if (!streams.empty()) return "the simulcast direction is named twice";
    if (const Problem problem = parse_streams(take_word(value), streams); !problem.empty()) return problem;
    if (streams.empty()) return "the simulcast list is empty";
  }
  if (simulcast.send.empty() && simulcast.receive.empty()) return "the simulcast attribute is empty";
  section.media.simulcast = std::move(simulcast);
  return kNoProblem;
}

}  // namespace attribute
}  // namespace kaskado::sdp
