// The writer: one canonical order, CRLF after every line.
#include <charconv>
#include <concepts>

#include "sdp/session_description.hpp"
#include "sdp/tokens.hpp"

namespace kaskado::sdp {
namespace {

class Writer {
 public:
  std::string take() { return std::move(text_); }
  void reserve(std::size_t bytes) { text_.reserve(bytes); }

  // One line of the parts; numbers in decimal.
  template <typename... Parts>
  void line(const Parts&... parts) {
    (add(parts), ...);
    text_ += "\r\n";
  }
  template <typename... Parts>
  void add_all(const Parts&... parts) {
    (add(parts), ...);
  }
  void end_line() { text_ += "\r\n"; }

 private:
  void add(std::string_view part) { text_ += part; }
  template <std::unsigned_integral Number>
  void add(Number number) {
    char digits[20];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    text_.append(digits, error == std::errc{} ? end : digits);
  }

  std::string text_;
};

void write_connection(Writer& out, std::string_view prefix, const ConnectionAddress& c) {
  out.line(prefix, c.network_type, " ", c.address_type, " ", c.address);
}

void write_bandwidths(Writer& out, const std::vector<Bandwidth>& bandwidths) {
  for (const Bandwidth& b : bandwidths) out.line("b=", b.type, ":", b.value);
}

void write_attributes(Writer& out, const std::vector<Attribute>& attributes) {
  for (const Attribute& a : attributes) {
    if (a.value) {
      out.line("a=", a.name, ":", *a.value);
    } else {
      out.line("a=", a.name);
    }
  }
}

// `prefix` and the words behind it, all in one line.
template <typename Words>
void write_words(Writer& out, std::string_view prefix, const Words& words) {
  out.add_all(prefix);
  for (const auto& word : words) out.add_all(" ", word);
  out.end_line();
}

void write_transport(Writer& out, const TransportAttributes& t) {
  if (!t.ice_ufrag.empty()) out.line("a=ice-ufrag:", t.ice_ufrag);
  if (!t.ice_pwd.empty()) out.line("a=ice-pwd:", t.ice_pwd);
  if (!t.ice_options.empty()) {
    out.add_all("a=ice-options:", t.ice_options.front());
    for (std::size_t i = 1; i < t.ice_options.size(); ++i) out.add_all(" ", t.ice_options[i]);
    out.end_line();
  }
  for (const Fingerprint& f : t.fingerprints) out.line("a=fingerprint:", f.algorithm, " ", f.value);
  if (t.setup) out.line("a=setup:", to_string(*t.setup));
}

void write_extensions(Writer& out, const std::vector<ExtensionMap>& extensions) {
  for (const ExtensionMap& e : extensions) {
    out.add_all("a=extmap:", e.id);
    if (e.direction) out.add_all("/", to_string(*e.direction));
    out.add_all(" ", e.uri);
    if (!e.attributes.empty()) out.add_all(" ", e.attributes);
    out.end_line();
  }
}

void write_media_line(Writer& out, const MediaDescription& m) {
  out.add_all("m=", m.media, " ", m.port);
  if (m.port_count > 1) out.add_all("/", m.port_count);
  out.add_all(" ", m.protocol);
  for (const RtpCodec& codec : m.codecs) out.add_all(" ", codec.payload_type);
  for (const std::string& format : m.formats) out.add_all(" ", format);
  out.end_line();
  if (!m.title.empty()) out.line("i=", m.title);
  if (m.connection) write_connection(out, "c=", *m.connection);
  write_bandwidths(out, m.bandwidths);
}

void write_rtcp(Writer& out, const MediaDescription& m) {
  if (m.rtcp) {
    out.add_all("a=rtcp:", m.rtcp->port);
    if (m.rtcp->address) {
      write_connection(out, " ", *m.rtcp->address);
    } else {
      out.end_line();
    }
  }
  if (m.rtcp_mux) out.line("a=rtcp-mux");
  if (m.rtcp_mux_only) out.line("a=rtcp-mux-only");
  if (m.rtcp_rsize) out.line("a=rtcp-rsize");
}

void write_codec(Writer& out, const RtpCodec& codec) {
  if (!codec.name.empty()) {
    out.add_all("a=rtpmap:", codec.payload_type, " ", codec.name, "/", codec.clock_rate);
    if (codec.channels > 1) out.add_all("/", codec.channels);
    out.end_line();
  }
  for (const std::string& feedback : codec.feedback)
    out.line("a=rtcp-fb:", codec.payload_type, " ", feedback);
  if (!codec.parameters.empty()) out.line("a=fmtp:", codec.payload_type, " ", codec.parameters.text());
}

void write_source(Writer& out, const SsrcDescription& s) {
  if (!s.cname.empty()) out.line("a=ssrc:", s.ssrc, " cname:", s.cname);
  if (!s.msid.empty()) out.line("a=ssrc:", s.ssrc, " msid:", s.msid);
  for (const Attribute& a : s.others) {
    if (a.value) {
      out.line("a=ssrc:", s.ssrc, " ", a.name, ":", *a.value);
    } else {
      out.line("a=ssrc:", s.ssrc, " ", a.name);
    }
  }
  if (s.cname.empty() && s.msid.empty() && s.others.empty()) out.line("a=ssrc:", s.ssrc);
}

void write_streams(Writer& out, std::string_view direction, const Simulcast::Streams& streams) {
  if (streams.empty()) return;
  out.add_all(direction);
  std::string_view stream_separator = " ";
  for (const auto& stream : streams) {
    std::string_view separator = stream_separator;
    for (const SimulcastAlternative& alternative : stream) {
      out.add_all(separator, alternative.paused ? "~" : "", alternative.rid);
      separator = ",";
    }
    stream_separator = ";";
  }
}

void write_rids(Writer& out, const MediaDescription& m) {
  for (const Rid& rid : m.rids) {
    out.add_all("a=rid:", rid.id, rid.send ? " send" : " recv");
    if (!rid.restrictions.empty()) out.add_all(" ", rid.restrictions);
    out.end_line();
  }
  if (!m.simulcast) return;
  out.add_all("a=simulcast:");
  write_streams(out, "send", m.simulcast->send);
  write_streams(out, m.simulcast->send.empty() ? "recv" : " recv", m.simulcast->receive);
  out.end_line();
}

void write_sources(Writer& out, const MediaDescription& m) {
  for (const Msid& msid : m.msids) {
    out.add_all("a=msid:", msid.stream);
    if (!msid.track.empty()) out.add_all(" ", msid.track);
    out.end_line();
  }
  for (const SsrcGroup& group : m.ssrc_groups) {
    out.add_all("a=ssrc-group:");
    write_words(out, group.semantics, group.ssrcs);
  }
  for (const SsrcDescription& source : m.ssrcs) write_source(out, source);
}

void write_sctp(Writer& out, const MediaDescription& m) {
  if (m.sctp_port) out.line("a=sctp-port:", *m.sctp_port);
  if (m.sctpmap) {
    out.add_all("a=sctpmap:", m.sctpmap->port, " ", m.sctpmap->application);
    if (m.sctpmap->streams > 0) out.add_all(" ", m.sctpmap->streams);
    out.end_line();
  }
  if (m.max_message_size) out.line("a=max-message-size:", *m.max_message_size);
}

std::string_view comedia_name(Setup setup) {
  return setup == Setup::actpass ? "both" : to_string(setup);
}

void write_media(Writer& out, const MediaDescription& m) {
  write_media_line(out, m);
  if (m.direction) out.line("a=", to_string(*m.direction));
  if (!m.mid.empty()) out.line("a=mid:", m.mid);
  if (m.bundle_only) out.line("a=bundle-only");
  write_rtcp(out, m);
  write_transport(out, m.transport);
  if (m.comedia) out.line("a=direction:", comedia_name(*m.comedia));
  for (const std::string& crypto : m.cryptos) out.line("a=crypto:", crypto);
  if (m.extmap_allow_mixed) out.line("a=extmap-allow-mixed");
  write_extensions(out, m.extensions);
  for (const RtpCodec& codec : m.codecs) write_codec(out, codec);
  write_rids(out, m);
  write_sources(out, m);
  write_sctp(out, m);
  write_attributes(out, m.others);
  for (const std::string& candidate : m.candidates) out.line("a=", candidate);
  if (m.end_of_candidates) out.line("a=end-of-candidates");
}

void write_session(Writer& out, const SessionDescription& s) {
  out.line("v=0");
  out.add_all("o=", s.origin.username, " ", s.origin.session_id, " ", s.origin.session_version);
  write_connection(out, " ", s.origin.address);
  out.line("s=", s.name);
  for (const std::string& line : s.other_lines) {
    if (stands_before_connection(line)) out.line(line);
  }
  if (s.connection) write_connection(out, "c=", *s.connection);
  write_bandwidths(out, s.bandwidths);
  for (const std::string& line : s.other_lines) {
    if (!stands_before_connection(line)) out.line(line);
  }
  for (const Group& group : s.groups) {
    out.add_all("a=group:");
    write_words(out, group.semantics, group.mids);
  }
  if (s.ice_lite) out.line("a=ice-lite");
  if (s.extmap_allow_mixed) out.line("a=extmap-allow-mixed");
  if (s.msid_semantic) out.line("a=msid-semantic: ", *s.msid_semantic);
  write_transport(out, s.transport);
  if (s.direction) out.line("a=", to_string(*s.direction));
  write_extensions(out, s.extensions);
  write_attributes(out, s.others);
}

}  // namespace

std::string SessionDescription::to_string() const {
  Writer out;
  out.reserve(1024 + media.size() * 4096);
  write_session(out, *this);
  for (const MediaDescription& m : media) write_media(out, m);
  return out.take();
}

}  // namespace kaskado::sdp
