// apply_answer(): what the peer made of our offer.
#include "sdp/bundle.hpp"
#include "sdp/negotiate_rtp.hpp"
#include "sdp/negotiation.hpp"
#include "sdp/remote_description.hpp"

namespace kaskado::sdp {
namespace {

SdpError mismatch(std::string message) {
  return SdpError{SdpError::Kind::mismatch, 0, std::move(message)};
}

// RFC 3264 §6: the same m-lines in the same order. Answers without mids are told by their place.
std::optional<SdpError> check_m_lines(const SessionDescription& offer, const SessionDescription& answer) {
  if (answer.media.empty()) return SdpError{SdpError::Kind::no_media, 0, "the answer has no m-line"};
  if (answer.media.size() != offer.media.size()) {
    return mismatch("the answer has " + std::to_string(answer.media.size()) + " m-lines and the offer " +
                    std::to_string(offer.media.size()));
  }
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    const std::string where = "m-line " + std::to_string(i) + " of the answer";
    if (answer.media[i].media != offer.media[i].media)
      return mismatch(where + " is not " + offer.media[i].media);
    if (answer.media[i].mid.empty()) continue;
    if (answer.media[i].mid != offer.media[i].mid)
      return mismatch(where + " has not the mid " + offer.media[i].mid);
  }
  return std::nullopt;
}

// RFC 8842 §5.4: the answer is active or passive. Without either the peer is taken to be active (RFC 4145
// §4).
std::optional<Setup> our_setup(std::optional<Setup> answered) {
  if (answered == Setup::holdconn) return std::nullopt;
  return answered == Setup::passive ? Setup::active : Setup::passive;
}

class AnswerReader {
 public:
  AnswerReader(const SessionDescription& offer, const SessionDescription& answer,
               const LocalTransportParameters& local)
      : offer_(offer),
        answer_(answer),
        local_(local),
        offered_bundles_(offer),
        bundles_(answer),
        transport_of_bundle_(answer.media.size()) {}

  Negotiation read();

 private:
  Refusal decide(const MediaDescription& answered, NegotiatedMedia&);
  Refusal join_transport(const MediaDescription& answered, NegotiatedMedia&);
  Refusal open_transport(const MediaDescription& answered, std::size_t index, NegotiatedTransport&);
  std::optional<std::size_t> bundle_of(std::size_t index) const;
  bool is_taken(std::size_t local) const;
  void read_rtp(const MediaDescription& answered, NegotiatedMedia&);

  const SessionDescription& offer_;
  const SessionDescription& answer_;
  const LocalTransportParameters& local_;
  const BundleMap offered_bundles_;
  const BundleMap bundles_;
  std::vector<std::optional<std::size_t>> transport_of_bundle_;
  Negotiation result_;
};

// An answer may bundle only what the offer bundles (RFC 9143 §7.3).
std::optional<std::size_t> AnswerReader::bundle_of(std::size_t index) const {
  if (local_.profile != TransportProfile::webrtc || !offered_bundles_.bundle_of(index)) return std::nullopt;
  return bundles_.bundle_of(index);
}

bool AnswerReader::is_taken(std::size_t local) const {
  for (const NegotiatedTransport& transport : result_.transports) {
    if (transport.local == local) return true;
  }
  return false;
}

Refusal AnswerReader::open_transport(const MediaDescription& answered, std::size_t index,
                                     NegotiatedTransport& transport) {
  if (local_.profile != TransportProfile::webrtc) {
    return read_rtp_transport(answer_, answered, local_.crypto, transport);
  }
  const auto bundle = bundle_of(index);
  const std::vector<std::size_t> sharing = bundle ? bundles_.sharing(index) : std::vector<std::size_t>{index};
  const Refusal refusal = read_ice_transport(answer_, sharing, transport);
  if (refusal != Refusal::none) return refusal;
  const auto setup = our_setup(read_setup(answer_, sharing));
  if (!setup) return Refusal::setup_conflict;
  transport.setup = *setup;
  return Refusal::none;
}

Refusal AnswerReader::join_transport(const MediaDescription& answered, NegotiatedMedia& media) {
  const auto bundle = bundle_of(media.index);
  if (bundle && transport_of_bundle_[*bundle]) {
    media.transport = *transport_of_bundle_[*bundle];
    result_.transports[media.transport].media.push_back(media.index);
    return Refusal::none;
  }
  NegotiatedTransport transport;
  const bool is_shared =
      local_.profile == TransportProfile::webrtc && local_.transports.size() < offer_.media.size();
  transport.local = is_shared ? 0 : media.index;
  if (is_taken(transport.local) || transport.local >= local_.transports.size())
    return Refusal::no_transport_left;
  const Refusal refusal = open_transport(answered, media.index, transport);
  if (refusal != Refusal::none) return refusal;
  media.transport = result_.transports.size();
  transport.media = {media.index};
  result_.transports.push_back(std::move(transport));
  if (bundle) transport_of_bundle_[*bundle] = media.transport;
  return Refusal::none;
}

Refusal AnswerReader::decide(const MediaDescription& answered, NegotiatedMedia& media) {
  if (answered.port == 0 && !bundle_of(media.index)) return Refusal::port_zero;
  if (media.kind == MediaKind::application) {
    if (!is_data_channel(answered)) return Refusal::unknown_media;
    return join_transport(answered, media);
  }
  if (!answered.is_rtp()) return Refusal::unknown_protocol;
  const bool is_webrtc = local_.profile == TransportProfile::webrtc;
  media.rtcp_mux = offer_.media[media.index].rtcp_mux && (answered.rtcp_mux || answered.rtcp_mux_only);
  if (is_webrtc && !media.rtcp_mux) return Refusal::no_rtcp_mux;
  if (!is_webrtc && !protocol_suits(answered, local_.profile)) return Refusal::unknown_protocol;
  media.comedia = !is_webrtc && peer_connects(answer_, answered);
  media.codecs = answered_codecs(offer_.media[media.index], answered);
  return media.codecs.empty() ? Refusal::no_common_codec : join_transport(answered, media);
}

void AnswerReader::read_rtp(const MediaDescription& answered, NegotiatedMedia& media) {
  const MediaDescription& offered = offer_.media[media.index];
  media.direction = intersect(offer_.direction_of(offered), reverse(answer_.direction_of(answered)));
  media.extensions = answered_extensions(
      offered.extensions, answered.extensions.empty() ? answer_.extensions : answered.extensions);
}

Negotiation AnswerReader::read() {
  result_.local = offer_;
  for (std::size_t index = 0; index < offer_.media.size(); ++index) {
    const MediaDescription& answered = answer_.media[index];
    NegotiatedMedia& media = result_.media.emplace_back();
    media.index = index;
    media.mid = offer_.media[index].mid;
    media.kind = offer_.media[index].kind;
    media.refusal = decide(answered, media);
    if (!media.accepted()) {
      media.codecs.clear();
      continue;
    }
    read_media(answer_, answered, media);
    media.direction = Direction::sendrecv;
    if (media.kind != MediaKind::application) read_rtp(answered, media);
  }
  return std::move(result_);
}

}  // namespace

SdpResult<Negotiation> apply_answer(const SessionDescription& our_offer, const SessionDescription& answer,
                                    const LocalTransportParameters& local) {
  if (auto error = check_m_lines(our_offer, answer)) return std::move(*error);
  return AnswerReader(our_offer, answer, local).read();
}

}  // namespace kaskado::sdp
