// One transport of a WebRtcEndpoint and what clients are told of it: an ICE stream with one component, since
// rtcp-mux leaves no second. The m-lines of a bundle share one; without BUNDLE each m-line has its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elements/api.hpp"
#include "elements/candidate_gathering.hpp"
#include "pipeline/web_rtc_session.hpp"
#include "sdp/negotiation.hpp"

namespace kaskado::elements {

class WebRtcConnection {
 public:
  static constexpr int kComponentId = 1;

  // `stream_id` is unique in the endpoint; `label` is the endpoint's own.
  WebRtcConnection(int stream_id, std::string label, std::unique_ptr<pipeline::WebRtcSession> session,
                   pipeline::Shard& shard, CandidateGathering::Owner& owner);

  int stream_id() const { return stream_id_; }
  pipeline::WebRtcSession& session() { return *session_; }
  transport::WebRtcTransport& transport() { return session_->transport(); }
  const transport::WebRtcTransport& transport() const { return session_->transport(); }
  const std::vector<std::size_t>& m_lines() const { return m_lines_; }
  void set_m_lines(std::vector<std::size_t> m_lines) { m_lines_ = std::move(m_lines); }
  bool carries(std::size_t m_line) const;

  // What a description of ours says of it.
  sdp::LocalTransport local_parameters() const;
  // Whether the peer has begun a new ICE session. Our side has to follow by restart_ice().
  bool is_restarted_by(const sdp::NegotiatedTransport& remote) const;
  void restart_ice(base::Instant now);
  // Whether the peer's candidate names an ICE session that is not the one under way.
  bool is_of_other_session(const ice::Candidate& candidate) const;
  // Takes up what the peer has written, which is known to be usable.
  void set_remote(const sdp::NegotiatedTransport& remote, const transport::RemoteParameters& parameters,
                  base::Instant now);
  // Candidates of our side are told once for each ICE session, and stand in every description after. More may
  // come when all were gathered: of ports that prove needed.
  bool gathered() const { return gathered_; }
  void set_gathered() { gathered_ = true; }
  // From its beginning on.
  bool gathering_begun() const { return gathering_begun_; }
  void set_gathering_begun() { gathering_begun_ = true; }
  CandidateGathering& gathering() { return gathering_; }
  // Whether no candidate of that port was told in this ICE session before.
  bool note_offered(std::uint16_t port_index);
  void add_remote_candidate(const ice::Candidate& candidate, base::Instant now);
  // Whether the peer has told a passive TCP candidate, and whether there are ports to connect from.
  bool peer_takes_tcp() const { return peer_takes_tcp_; }
  bool connects_by_tcp() const { return connects_by_tcp_; }
  void set_connects_by_tcp() { connects_by_tcp_ = true; }
  const std::vector<std::string>& candidates() const { return candidates_; }
  void add_candidate(std::string told) {
    candidates_.push_back(std::move(told));
    gathering_.told = candidates_.size();
  }

  // The states that have been reached since it was asked last, in their order; each is told once.
  std::vector<IceComponentState> take_ice_states();
  IceComponentStateChanged ice_event(IceComponentState state) const {
    return {stream_id_, kComponentId, state};
  }
  std::optional<IceComponentState> begin_gathering();
  // To be asked when there is an association, or another one.
  std::optional<DtlsConnectionStateChange> take_dtls_change();
  bool is_ended_by_peer() const { return transport().dtls_state() == dtls::DtlsState::closed; }
  bool is_open() const { return transport().is_connected(); }
  std::optional<IceCandidatePair> selected_pair() const;
  // The selected pair where it is another one than was told last: that it is nominated now is no news.
  std::optional<IceCandidatePair> take_selected_pair();
  IceConnection ice_connection() const;
  DtlsConnection dtls_connection() const;

 private:
  const int stream_id_;
  const std::string label_;
  std::unique_ptr<pipeline::WebRtcSession> session_;
  std::vector<std::size_t> m_lines_;
  std::optional<sdp::NegotiatedTransport> remote_;
  CandidateGathering gathering_;
  bool peer_takes_tcp_ = false;
  bool connects_by_tcp_ = false;
  std::vector<std::uint16_t> offered_;  // ports, by index
  bool gathering_begun_ = false;
  bool gathered_ = false;
  std::vector<std::string> candidates_;  // as told
  IceComponentState ice_state_ = IceComponentState::disconnected;
  std::optional<DtlsConnectionState> told_dtls_state_;
  std::pair<std::string, std::string> told_pair_;  // local and remote candidate
};

}  // namespace kaskado::elements
