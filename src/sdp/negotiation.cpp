#include "sdp/negotiation.hpp"

#include <algorithm>

#include "sdp/bundle.hpp"

namespace kaskado::sdp {

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "accepted";
    case Refusal::port_zero:
      return "the peer refused it with port 0";
    case Refusal::unknown_media:
      return "neither audio, video nor a data channel";
    case Refusal::unknown_protocol:
      return "a protocol that this endpoint does not speak";
    case Refusal::too_many_of_kind:
      return "more m-lines of this kind than the endpoint takes";
    case Refusal::no_data_channels:
      return "the endpoint was made without data channels";
    case Refusal::no_common_codec:
      return "no codec in common";
    case Refusal::no_ice:
      return "no ice-ufrag and ice-pwd";
    case Refusal::no_fingerprint:
      return "no fingerprint of a known hash";
    case Refusal::no_rtcp_mux:
      return "no rtcp-mux";
    case Refusal::setup_conflict:
      return "no DTLS role is left for this side";
    case Refusal::no_common_crypto:
      return "no crypto suite in common";
    case Refusal::no_transport_left:
      break;
  }
  return "not in a bundle, and no transport is left";
}

std::uint8_t NegotiatedMedia::extension_id(std::string_view uri) const {
  for (const ExtensionMap& extension : extensions) {
    if (extension.uri == uri) return static_cast<std::uint8_t>(extension.id);
  }
  return 0;
}

std::vector<std::vector<std::size_t>> transport_groups(const SessionDescription& offer, TransportProfile profile) {
  const BundleMap bundles(offer);
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    if (offer.media[i].refused()) continue;
    std::vector<std::size_t> sharing{i};
    if (profile == TransportProfile::webrtc) sharing = bundles.sharing(i);
    if (std::ranges::min(sharing) == i) groups.push_back(std::move(sharing));
  }
  return groups;
}

bool ice_restarted(const NegotiatedTransport& before, const NegotiatedTransport& after) {
  return before.remote_ufrag != after.remote_ufrag || before.remote_pwd != after.remote_pwd;
}

}  // namespace kaskado::sdp
