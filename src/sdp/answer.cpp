// make_answer(): decides each m-line of an offer by itself, in order.
#include <algorithm>

#include "sdp/bundle.hpp"
#include "sdp/local_description.hpp"
#include "sdp/negotiate_rtp.hpp"
#include "sdp/negotiation.hpp"
#include "sdp/remote_description.hpp"

namespace kaskado::sdp {
namespace {

constexpr std::uint32_t kSctpMapStreams = 1024;

// RFC 8842 §5.3: our role against the offered one; actpass, or none at all, leaves the choice to us.
std::optional<Setup> choose_setup(std::optional<Setup> offered, Setup preferred) {
  if (offered == Setup::holdconn) return std::nullopt;
  if (offered == Setup::active) return Setup::passive;
  if (offered == Setup::passive) return Setup::active;
  return preferred == Setup::passive ? Setup::passive : Setup::active;
}

class Answerer {
 public:
  Answerer(const SessionDescription& offer, const LocalCapabilities& capabilities,
           const LocalTransportParameters& local)
      : offer_(offer),
        capabilities_(capabilities),
        local_(local),
        bundles_(offer),
        groups_(transport_groups(offer, local.profile)),
        transport_of_group_(groups_.size()) {}

  Negotiation answer();

 private:
  void answer_session();
  void answer_groups();
  void answer_media(std::size_t index);
  Refusal decide(const MediaDescription& offered, NegotiatedMedia&);
  Refusal decide_kind(const MediaDescription& offered, NegotiatedMedia&);
  Refusal decide_rtp(const MediaDescription& offered, NegotiatedMedia&);
  Refusal join_transport(const MediaDescription& offered, NegotiatedMedia&);
  Refusal open_transport(const MediaDescription& offered, std::size_t index, NegotiatedTransport&);
  std::size_t group_of(std::size_t index) const;
  bool shares_rtcp_mux(std::size_t index) const;
  void write_accepted(const MediaDescription& offered, NegotiatedMedia&, MediaDescription& answer);
  void drop_conflicting_extensions(NegotiatedMedia&) const;
  void write_rtp(const MediaDescription& offered, NegotiatedMedia&, MediaDescription& answer);
  void write_data_channel(const MediaDescription& offered, MediaDescription& answer);
  std::span<const ExtensionMap> offered_extensions(const MediaDescription&) const;

  const SessionDescription& offer_;
  const LocalCapabilities& capabilities_;
  const LocalTransportParameters& local_;
  const BundleMap bundles_;
  const std::vector<std::vector<std::size_t>> groups_;         // of m-lines that share a transport
  std::vector<std::optional<std::size_t>> transport_of_group_;  // where one is open
  std::size_t audio_count_ = 0;
  std::size_t video_count_ = 0;
  std::size_t data_count_ = 0;
  Negotiation result_;
};

void write_refused(const MediaDescription& offered, MediaDescription& answer) {
  answer.port = 0;
  answer.direction = Direction::inactive;
  answer.formats = offered.formats;
  for (const RtpCodec& codec : offered.codecs) answer.codecs.push_back({.payload_type = codec.payload_type});
}

Refusal Answerer::decide_rtp(const MediaDescription& offered, NegotiatedMedia& media) {
  const bool is_audio = media.kind == MediaKind::audio;
  const std::size_t limit = is_audio ? capabilities_.max_audio : capabilities_.max_video;
  if ((is_audio ? audio_count_ : video_count_) >= limit) return Refusal::too_many_of_kind;
  media.codecs =
      answer_codecs(offered, is_audio ? capabilities_.audio : capabilities_.video, capabilities_.rtx);
  return media.codecs.empty() ? Refusal::no_common_codec : Refusal::none;
}

Refusal Answerer::decide_kind(const MediaDescription& offered, NegotiatedMedia& media) {
  if (media.kind == MediaKind::other) return Refusal::unknown_media;
  if (!protocol_suits(offered, local_.profile)) {
    const bool unknown = media.kind == MediaKind::application && !is_data_channel(offered);
    return unknown ? Refusal::unknown_media : Refusal::unknown_protocol;
  }
  if (media.kind != MediaKind::application) return decide_rtp(offered, media);
  if (!is_data_channel(offered)) return Refusal::unknown_media;
  if (!capabilities_.data_channels) return Refusal::no_data_channels;
  return data_count_ > 0 ? Refusal::too_many_of_kind : Refusal::none;
}

bool Answerer::shares_rtcp_mux(std::size_t index) const {
  const std::vector<std::size_t> sharing = bundles_.sharing(index);
  return std::any_of(sharing.begin(), sharing.end(), [&](std::size_t i) {
    return offer_.media[i].rtcp_mux || offer_.media[i].rtcp_mux_only;
  });
}

// Of an m-line that is not refused by its port.
std::size_t Answerer::group_of(std::size_t index) const {
  const auto found = std::ranges::find_if(
      groups_, [&](const auto& group) { return std::ranges::find(group, index) != group.end(); });
  return static_cast<std::size_t>(found - groups_.begin());
}

Refusal Answerer::open_transport(const MediaDescription& offered, std::size_t index,
                                 NegotiatedTransport& transport) {
  if (local_.profile != TransportProfile::webrtc)
    return read_rtp_transport(offer_, offered, local_.crypto, transport);
  const std::vector<std::size_t> sharing = bundles_.sharing(index);
  const Refusal refusal = read_ice_transport(offer_, sharing, transport);
  if (refusal != Refusal::none) return refusal;
  const auto setup = choose_setup(read_setup(offer_, sharing), local_.transports[transport.local].setup);
  if (!setup) return Refusal::setup_conflict;
  transport.setup = *setup;
  return Refusal::none;
}

Refusal Answerer::join_transport(const MediaDescription& offered, NegotiatedMedia& media) {
  const bool is_webrtc = local_.profile == TransportProfile::webrtc;
  const std::size_t group = group_of(media.index);
  const auto open = transport_of_group_[group];
  NegotiatedTransport transport{.local = group};
  if (!open) {
    if (group >= local_.transports.size()) return Refusal::no_transport_left;
    const Refusal refusal = open_transport(offered, media.index, transport);
    if (refusal != Refusal::none) return refusal;
  }
  if (is_webrtc && media.kind != MediaKind::application && !shares_rtcp_mux(media.index))
    return Refusal::no_rtcp_mux;
  media.transport = open.value_or(result_.transports.size());
  if (!open) result_.transports.push_back(std::move(transport));
  result_.transports[media.transport].media.push_back(media.index);
  transport_of_group_[group] = media.transport;
  return Refusal::none;
}

Refusal Answerer::decide(const MediaDescription& offered, NegotiatedMedia& media) {
  // RFC 9143 §6: bundle-only has port 0 and makes sense in a bundle alone.
  if (offered.port == 0 && !bundles_.bundle_of(media.index)) return Refusal::port_zero;
  const Refusal refusal = decide_kind(offered, media);
  return refusal == Refusal::none ? join_transport(offered, media) : refusal;
}

std::span<const ExtensionMap> Answerer::offered_extensions(const MediaDescription& offered) const {
  return offered.extensions.empty() ? offer_.extensions : offered.extensions;
}

// RFC 9143 §9.2: an id means one extension in a whole bundle. Where the offer says otherwise, the first
// m-line counts.
void Answerer::drop_conflicting_extensions(NegotiatedMedia& media) const {
  for (const std::size_t other : result_.transports[media.transport].media) {
    if (other == media.index) continue;
    std::erase_if(media.extensions, [&](const ExtensionMap& mine) {
      const auto& theirs = result_.media[other].extensions;
      return std::any_of(theirs.begin(), theirs.end(),
                         [&](const ExtensionMap& e) { return e.id == mine.id && e.uri != mine.uri; });
    });
  }
}

void Answerer::write_rtp(const MediaDescription& offered, NegotiatedMedia& media, MediaDescription& answer) {
  const bool has_rtx = std::any_of(media.codecs.begin(), media.codecs.end(),
                                   [](const NegotiatedCodec& c) { return c.rtx_payload_type.has_value(); });
  media.direction = intersect(reverse(offer_.direction_of(offered)),
                              make_direction(capabilities_.can_send, capabilities_.can_receive));
  media.extensions = answer_extensions(offered_extensions(offered), media.kind, capabilities_.extensions,
                                       offer_.extmap_allow_mixed || offered.extmap_allow_mixed);
  drop_conflicting_extensions(media);
  answer.direction = media.direction;
  answer.codecs = list_codecs(media.codecs);
  answer.extensions = media.extensions;
  answer.extmap_allow_mixed = offered.extmap_allow_mixed;
  answer.rtcp_rsize = offered.rtcp_rsize;
  if (sends(media.direction)) write_source(local_, media.index, has_rtx, answer);
  if (!receives(media.direction)) return;
  write_limit(capabilities_, answer);
  if (capabilities_.fec && media.kind == MediaKind::video) answer_fec(offered, capabilities_.rtx, media, answer);
  if (capabilities_.simulcast) answer_simulcast(offered, media, answer);
}

// RFC 8841 §5, or the older form with the port in the m-line.
void Answerer::write_data_channel(const MediaDescription& offered, MediaDescription& answer) {
  answer.max_message_size = capabilities_.max_message_size_bytes;
  if (offered.sctpmap) {
    answer.formats = {std::to_string(capabilities_.sctp_port)};
    answer.sctpmap = SctpMap{capabilities_.sctp_port, "webrtc-datachannel", kSctpMapStreams};
  } else {
    answer.formats = offered.formats;
    answer.sctp_port = capabilities_.sctp_port;
  }
}

void Answerer::write_accepted(const MediaDescription& offered, NegotiatedMedia& media,
                              MediaDescription& answer) {
  const NegotiatedTransport& transport = result_.transports[media.transport];
  const bool is_webrtc = local_.profile == TransportProfile::webrtc;
  read_media(offer_, offered, media);
  answer.rtcp_mux = media.rtcp_mux = is_webrtc || offered.rtcp_mux;
  std::string_view crypto_tag = transport.remote_crypto;
  crypto_tag = crypto_tag.substr(0, crypto_tag.find(' '));
  write_transport(local_, transport.local, transport.media.front() == media.index, crypto_tag, answer);
  if (is_webrtc) answer.transport.setup = transport.setup;
  media.comedia = !is_webrtc && peer_connects(offer_, offered);
  // RFC 4145 §4.1: in the words of the offer.
  if (media.comedia && offered.comedia) answer.comedia = Setup::passive;
  if (media.comedia && offer_.transport_of(offered).setup) answer.transport.setup = Setup::passive;
  if (media.kind == MediaKind::application) {
    answer.rtcp_mux = media.rtcp_mux = false;
    media.direction = Direction::sendrecv;
    write_data_channel(offered, answer);
  } else {
    write_rtp(offered, media, answer);
  }
}

void Answerer::answer_media(std::size_t index) {
  const MediaDescription& offered = offer_.media[index];
  NegotiatedMedia& media = result_.media.emplace_back();
  MediaDescription& answer = result_.local.media.emplace_back();
  media.index = index;
  media.mid = answer.mid = offered.mid;
  media.kind = answer.kind = offered.kind;
  answer.media = offered.media;
  answer.protocol = offered.protocol;
  media.refusal = decide(offered, media);
  if (!media.accepted()) {
    media.codecs.clear();
    write_refused(offered, answer);
    return;
  }
  if (media.kind == MediaKind::audio) ++audio_count_;
  if (media.kind == MediaKind::video) ++video_count_;
  if (media.kind == MediaKind::application) ++data_count_;
  write_accepted(offered, media, answer);
}

// RFC 9143 §7.3: the accepted m-lines of each offered bundle, in the offer's order.
void Answerer::answer_groups() {
  if (local_.profile != TransportProfile::webrtc) return;
  for (std::size_t bundle = 0; bundle < bundles_.size(); ++bundle) {
    Group group{"BUNDLE", {}};
    for (const std::size_t index : bundles_.members(bundle)) {
      if (result_.media[index].accepted()) group.mids.push_back(result_.media[index].mid);
    }
    if (!group.mids.empty()) result_.local.groups.push_back(std::move(group));
  }
}

void Answerer::answer_session() {
  result_.local = begin_description(local_);
  result_.local.extmap_allow_mixed = offer_.extmap_allow_mixed;
  if (offer_.msid_semantic) result_.local.msid_semantic = "WMS *";
}

Negotiation Answerer::answer() {
  answer_session();
  result_.media.reserve(offer_.media.size());
  result_.local.media.reserve(offer_.media.size());
  for (std::size_t index = 0; index < offer_.media.size(); ++index) answer_media(index);
  answer_groups();
  return std::move(result_);
}

}  // namespace

SdpResult<Negotiation> make_answer(const SessionDescription& offer, const LocalCapabilities& capabilities,
                                   const LocalTransportParameters& local) {
  if (offer.media.empty()) return SdpError{SdpError::Kind::no_media, 0, "the offer has no m-line"};
  return Answerer(offer, capabilities, local).answer();
}

}  // namespace kaskado::sdp
