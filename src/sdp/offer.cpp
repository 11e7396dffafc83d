// make_offer(): the offers that an endpoint makes of its own accord.
#include <algorithm>
#include <array>

#include "sdp/local_description.hpp"
#include "sdp/negotiate_rtp.hpp"
#include "sdp/negotiation.hpp"

namespace kaskado::sdp {
namespace {

// RFC 3551 §6: 96-127 are dynamic. RFC 5761 §4: 35-63 are safe beside RTCP on one port.
class PayloadTypes {
 public:
  std::optional<std::uint8_t> next() {
    if (next_ == 128) next_ = 35;
    if (next_ == 64) return std::nullopt;
    return next_++;
  }

 private:
  std::uint8_t next_ = 96;
};

std::string_view protocol_of(TransportProfile profile) {
  switch (profile) {
    case TransportProfile::webrtc:
      return "UDP/TLS/RTP/SAVPF";
    case TransportProfile::rtp:
      return "RTP/AVPF";
    case TransportProfile::sdes:
      break;
  }
  return "RTP/SAVPF";
}

class Offerer {
 public:
  Offerer(const LocalCapabilities& capabilities, const LocalTransportParameters& local, std::size_t m_lines)
      : capabilities_(capabilities), local_(local), one_transport_each_(local.transports.size() >= m_lines) {
    session_ = begin_description(local);
    if (is_webrtc()) {
      session_.extmap_allow_mixed = true;
      session_.msid_semantic = "WMS *";
    }
  }

  void add_rtp(MediaKind kind);
  void add_data_channel();
  SessionDescription finish();

 private:
  bool is_webrtc() const { return local_.profile == TransportProfile::webrtc; }
  // The transport of the next m-line; only m-lines of a bundle can share one.
  std::size_t next_transport() const {
    return is_webrtc() && !one_transport_each_ ? 0 : session_.media.size();
  }
  bool has_transport() const { return next_transport() < local_.transports.size(); }
  MediaDescription& add_media(MediaKind kind, std::string_view name);
  void add_codecs(const std::vector<CodecCapability>&, MediaDescription&);
  void add_extensions(MediaDescription&);

  const LocalCapabilities& capabilities_;
  const LocalTransportParameters& local_;
  const bool one_transport_each_;
  PayloadTypes payload_types_;
  SessionDescription session_;
};

MediaDescription& Offerer::add_media(MediaKind kind, std::string_view name) {
  const std::size_t transport = next_transport();
  const bool first_on_transport = transport == session_.media.size();
  MediaDescription& media = session_.media.emplace_back();
  media.kind = kind;
  media.media = name;
  const auto before = std::ranges::count(session_.media, kind, &MediaDescription::kind) - 1;
  media.mid = std::string(name) + std::to_string(before);
  write_transport(local_, transport, first_on_transport, "1", media);
  if (is_webrtc()) media.transport.setup = Setup::actpass;  // RFC 8842 §5.2
  return media;
}

// A payload type means the same in all m-lines of a bundle (RFC 9143 §10.1.2), so those of one kind share
// them.
void Offerer::add_codecs(const std::vector<CodecCapability>& codecs, MediaDescription& media) {
  const auto first = std::ranges::find(session_.media, media.kind, &MediaDescription::kind);
  if (&*first != &media) {
    media.codecs = first->codecs;
    return;
  }
  for (const CodecCapability& c : codecs) {
    if (!c.in_offers) continue;
    const auto payload_type = c.static_payload_type ? c.static_payload_type : payload_types_.next();
    if (!payload_type) return;
    media.codecs.push_back({*payload_type, c.name, c.clock_rate, c.channels, c.offered, c.feedback});
    if (!capabilities_.rtx || media.kind != MediaKind::video) continue;
    const auto rtx = payload_types_.next();
    if (!rtx) return;
    media.codecs.push_back(make_rtx(*rtx, media.codecs.back()));
  }
}

// The same id for the same extension in every m-line, as a bundle wants it (RFC 9143 §9.2).
void Offerer::add_extensions(MediaDescription& media) {
  std::uint16_t id = 0;
  for (const ExtensionCapability& extension : capabilities_.extensions) {
    ++id;
    const bool wanted = media.kind == MediaKind::audio ? extension.audio : extension.video;
    if (wanted) media.extensions.push_back({.id = id, .uri = extension.uri});
  }
}

void Offerer::add_rtp(MediaKind kind) {
  if (!has_transport()) return;
  const std::size_t index = session_.media.size();
  const bool is_audio = kind == MediaKind::audio;
  MediaDescription& media = add_media(kind, is_audio ? "audio" : "video");
  media.protocol = protocol_of(local_.profile);
  media.direction = make_direction(capabilities_.can_send, capabilities_.can_receive);
  media.rtcp_rsize = is_webrtc();
  add_codecs(is_audio ? capabilities_.audio : capabilities_.video, media);
  add_extensions(media);
  if (sends(*media.direction)) write_source(local_, index, capabilities_.rtx && !is_audio, media);
  if (receives(*media.direction)) write_limit(capabilities_, media);
}

void Offerer::add_data_channel() {
  if (!has_transport()) return;
  MediaDescription& media = add_media(MediaKind::application, "application");
  media.protocol = "UDP/DTLS/SCTP";
  media.formats = {"webrtc-datachannel"};
  media.sctp_port = capabilities_.sctp_port;
  media.max_message_size = capabilities_.max_message_size_bytes;
}

SessionDescription Offerer::finish() {
  if (!is_webrtc() || session_.media.empty()) return std::move(session_);
  Group bundle{"BUNDLE", {}};
  for (const MediaDescription& media : session_.media) bundle.mids.push_back(media.mid);
  session_.groups.push_back(std::move(bundle));
  return std::move(session_);
}

}  // namespace

std::vector<MediaKind> offered_kinds(const OfferOptions& options, const LocalCapabilities& capabilities,
                                     TransportProfile profile) {
  std::vector<MediaKind> kinds;
  if (options.audio && !capabilities.audio.empty())
    kinds.insert(kinds.end(), capabilities.max_audio, MediaKind::audio);
  if (options.video && !capabilities.video.empty())
    kinds.insert(kinds.end(), capabilities.max_video, MediaKind::video);
  if (options.data && capabilities.data_channels && profile == TransportProfile::webrtc)
    kinds.push_back(MediaKind::application);
  return kinds;
}

SessionDescription make_offer(const OfferOptions& options, const LocalCapabilities& capabilities,
                              const LocalTransportParameters& local) {
  const std::vector<MediaKind> kinds = offered_kinds(options, capabilities, local.profile);
  Offerer offerer(capabilities, local, kinds.size());
  for (const MediaKind kind : kinds) {
    if (kind == MediaKind::application) {
      offerer.add_data_channel();
    } else {
      offerer.add_rtp(kind);
    }
  }
  return offerer.finish();
}

}  // namespace kaskado::sdp
