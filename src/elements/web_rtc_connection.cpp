#include "elements/web_rtc_connection.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::elements {

namespace {

DtlsConnectionState told_as(dtls::DtlsState state) {
  switch (state) {
    case dtls::DtlsState::idle:
      return DtlsConnectionState::new_;
    case dtls::DtlsState::connecting:
      return DtlsConnectionState::connecting;
    case dtls::DtlsState::connected:
      return DtlsConnectionState::connected;
    case dtls::DtlsState::failed:
      return DtlsConnectionState::failed;
    case dtls::DtlsState::closed:
      break;
  }
  return DtlsConnectionState::closed;
}

std::optional<IceComponentState> told_as(ice::IceState state) {
  switch (state) {
    case ice::IceState::idle:
      return std::nullopt;
    case ice::IceState::connecting:
      return IceComponentState::connecting;
    case ice::IceState::connected:
      return IceComponentState::connected;
    case ice::IceState::ready:
      return IceComponentState::ready;
    case ice::IceState::disconnected:
      return IceComponentState::disconnected;
    case ice::IceState::failed:
      break;
  }
  return IceComponentState::failed;
}

}  // namespace

WebRtcConnection::WebRtcConnection(int stream_id, std::string label,
                                   std::unique_ptr<pipeline::WebRtcSession> session, pipeline::Shard& shard,
                                   CandidateGathering::Owner& owner)
    : stream_id_(stream_id), label_(std::move(label)), session_(std::move(session)), gathering_(*session_, shard, owner) {}

bool WebRtcConnection::carries(std::size_t m_line) const {
  return std::ranges::find(m_lines_, m_line) != m_lines_.end();
}

bool WebRtcConnection::note_offered(std::uint16_t port_index) {
  if (std::ranges::find(offered_, port_index) != offered_.end()) return false;
  offered_.push_back(port_index);
  return true;
}

sdp::LocalTransport WebRtcConnection::local_parameters() const {
  const ice::Credentials& local = transport().local_credentials();
  // RFC 8842 §5.5: an association that is there keeps its roles.
  return {.ice_ufrag = local.ufrag,
          .ice_pwd = local.password,
          .candidates = candidates_,
          .end_of_candidates = gathered_,
          .setup = remote_ ? remote_->setup : sdp::Setup::active};
}

bool WebRtcConnection::is_restarted_by(const sdp::NegotiatedTransport& remote) const {
  return remote_ && sdp::ice_restarted(*remote_, remote);
}

bool WebRtcConnection::is_of_other_session(const ice::Candidate& candidate) const {
  return !candidate.ufrag.empty() && remote_ && candidate.ufrag != remote_->remote_ufrag;
}

void WebRtcConnection::restart_ice(base::Instant now) {
  transport().restart_ice(now);
  gathered_ = gathering_begun_ = false;
  candidates_.clear();
  offered_.clear();
  gathering_.told = 0;
  told_pair_ = {};
}

void WebRtcConnection::set_remote(const sdp::NegotiatedTransport& remote,
                                  const transport::RemoteParameters& parameters, base::Instant now) {
  transport().set_remote(parameters, now);
  for (const std::string& text : remote.remote_candidates) {
    const auto candidate = ice::Candidate::parse(text);
    if (candidate) add_remote_candidate(*candidate, now);
  }
  m_lines_ = remote.media;
  remote_ = remote;
}

void WebRtcConnection::add_remote_candidate(const ice::Candidate& candidate, base::Instant now) {
  peer_takes_tcp_ |= candidate.transport == ice::CandidateTransport::tcp && candidate.tcp_type == ice::TcpType::passive;
  transport().add_remote_candidate(candidate, now);
}

std::vector<IceComponentState> WebRtcConnection::take_ice_states() {
  std::vector<IceComponentState> states;
  const auto tell = [&](IceComponentState state) {
    if (std::exchange(ice_state_, state) != state) states.push_back(state);
  };
  const auto state = told_as(transport().ice().state());
  if (!state) return states;
  // Clients wait for either name; one that went past connected is told both.
  if (*state == IceComponentState::ready && ice_state_ == IceComponentState::connecting)
    tell(IceComponentState::connected);
  tell(*state);
  return states;
}

std::optional<IceComponentState> WebRtcConnection::begin_gathering() {
  if (ice_state_ != IceComponentState::disconnected) return std::nullopt;
  return ice_state_ = IceComponentState::gathering;
}

std::optional<DtlsConnectionStateChange> WebRtcConnection::take_dtls_change() {
  const DtlsConnectionState state = told_as(transport().dtls_state());
  if (std::exchange(told_dtls_state_, state) == state) return std::nullopt;
  const DtlsConnection now = dtls_connection();
  return DtlsConnectionStateChange{now.stream_id, now.component_id, now.connection_id, now.state};
}

std::optional<IceCandidatePair> WebRtcConnection::selected_pair() const {
  const auto selected = transport().ice().selected_pair();
  if (!selected) return std::nullopt;
  return IceCandidatePair{std::to_string(stream_id_), kComponentId, selected->local.to_string(),
                          selected->remote.to_string()};
}

std::optional<IceCandidatePair> WebRtcConnection::take_selected_pair() {
  auto selected = selected_pair();
  if (!selected) return std::nullopt;
  std::pair candidates{selected->local_candidate, selected->remote_candidate};
  if (candidates == told_pair_) return std::nullopt;
  told_pair_ = std::move(candidates);
  return selected;
}

IceConnection WebRtcConnection::ice_connection() const {
  return {std::to_string(stream_id_), kComponentId, ice_state_};
}

DtlsConnection WebRtcConnection::dtls_connection() const {
  return {std::to_string(stream_id_), std::to_string(kComponentId), label_,
          told_dtls_state_.value_or(DtlsConnectionState::new_)};
}

}  // namespace kaskado::elements
