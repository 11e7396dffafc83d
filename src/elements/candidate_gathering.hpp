// The gathering of one connection's candidates (RFC 8445 §5.1.1): those of interfaces at once, and those that
// servers find as they answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elements/host_candidates.hpp"
#include "pipeline/reflexive_addresses.hpp"
#include "pipeline/web_rtc_session.hpp"

namespace kaskado::elements {

// What an endpoint was told of servers.
struct CandidateServers {
  base::SocketAddress stun;  // not set: none is asked
  std::optional<ice::TurnServer> turn;
};

// Lives as long as its connection, on its shard's thread.
class CandidateGathering final : private pipeline::ReflexiveAddresses::Asker {
 public:
  class Owner {
   public:
    // A server has found one.
    virtual void on_candidate_found(CandidateGathering& gathering, const HostCandidate& candidate) = 0;
    // All servers have answered, or will not.
    virtual void on_gathering_over(CandidateGathering& gathering) = 0;

   protected:
    ~Owner() = default;
  };

  CandidateGathering(pipeline::WebRtcSession& session, pipeline::Shard& shard, Owner& owner);
  ~CandidateGathering();
  CandidateGathering(const CandidateGathering&) = delete;

  pipeline::WebRtcSession& session() { return session_; }
  // Asks the servers; candidates of addresses that are known already are found at once, of relays that stand
  // from before.
  void begin(const CandidateServers& servers, const CandidateFilter& filter);
  // Something has become of the session's relays.
  void note_relays();
  bool is_over() const { return over_; }
  // How many of the connection were told so far: they are numbered.
  std::size_t told = 0;

 private:
  void on_reflexive(const base::Path& path, const base::SocketAddress& mapped) override;
  void ask_stun(const base::SocketAddress& server, const CandidateFilter& filter);
  void ask_turn(const ice::TurnServer& server, const CandidateFilter& filter);
  void settle();

  pipeline::WebRtcSession& session_;
  pipeline::Shard& shard_;
  Owner& owner_;
  const pipeline::ReflexiveAddresses::Ticket ticket_;
  std::vector<pipeline::MediaPort> asked_;  // ports whose addresses are awaited
  std::vector<std::uint16_t> offered_;      // relays of this ICE session, by index
  std::vector<base::SocketAddress> known_;  // that candidates have already
  std::vector<std::uint16_t> failed_;       // relays that the log has told of
  bool over_ = true;
};

}  // namespace kaskado::elements
