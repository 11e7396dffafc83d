// One ICE agent for one component (rtcp-mux and BUNDLE: the whole endpoint): RFC 8445 full and lite, trickle
// (RFC 8838), restart, and consent freshness (RFC 7675). A machine of the usual shape: datagrams and time go
// in, datagrams come out by the Outbox. Owned by one loop; not thread-safe. The functions that take no Outbox
// send nothing themselves: they move deadline(), and the next advance() does it.
//
// Decisions worth knowing:
// - Media may flow on a pair that is valid but not yet nominated (RFC 8445 §12.1): a check of ours
//   succeeded on it, which is the consent to send (RFC 7675 §5.1). selected_path() is the nominated
//   valid pair of highest priority, or the valid pair of highest priority while none is nominated. It
//   is the same rule for both roles.
// - During a restart the pair in use goes on, with its own consent checks, until a pair of the new
//   session is nominated.
// - As controlled we take a peer that nominates more than one pair: the highest priority wins, unless
//   the peer insists on a lower one (Challenge below), which is how browsers move to another network
//   without a restart.
// - We do not wait for consent to run out where the peer's checks come from elsewhere: the selected pair
//   is asked, and where it does not answer the pair that was heard takes over. So a NAT that rebinds costs
//   seconds.
// - While nothing but checks goes out, consent is asked for about every 15 s, so that ten thousand silent
//   peers cost little. It lasts 30 s after an answer all the same: a question without an answer is followed
//   by others quickly, so that as many get their chance as before. Those of all agents are due at instants of
//   one grid, on which the loop sends them in batches.
// - A check is repeated as RFC 8489 §6.2.1 has it, 0.5 to 16 s apart. Where the peer is known to be
//   there, the wait grows to twice the RTO only, as it would by triggered checks in ever new
//   transactions: it halves the worst times to connect at 30 % loss.
// - When consent runs out nothing is sent on that path but checks; every pair is checked again until
//   `patience` is over. RFC 7675 §5.1 would have a restart; browsers recover as we do, each proving
//   itself by fresh transactions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/drop_reason.hpp"
#include "base/outbox.hpp"
#include "base/random.hpp"
#include "ice/check_list.hpp"
#include "ice/credentials.hpp"
#include "ice/stun.hpp"
#include "ice/stun_writer.hpp"

namespace kaskado::ice {

// Kurento's component states follow from these: idle is DISCONNECTED, or GATHERING while candidates are being
// told.
enum class IceState : std::uint8_t {
  idle,          // the remote credentials are not known yet
  connecting,    // checking; also during a restart, while selected_path() is still the old one
  connected,     // a valid pair carries media, none is nominated
  ready,         // the nominated pair carries media
  disconnected,  // consent ran out; checking again
  failed,  // nothing is left to check, or consent was revoked; a check from the peer or a restart revives it
};
std::string_view to_string(IceState state);

struct IceTimers {
  Duration pacing = std::chrono::milliseconds(50);             // Ta, RFC 8445 §14.2
  Duration min_rto = std::chrono::milliseconds(500);           // RFC 8445 §14.3
  Duration nomination_delay = std::chrono::milliseconds(200);  // how long a better pair is waited for
  Duration min_consent_interval = std::chrono::seconds(4);     // RFC 7675 §5.1: 5 s ± 20 %
  Duration max_consent_interval = std::chrono::seconds(6);
  // While nothing but checks is sent: then consent need not be kept (RFC 7675 §5.1), and what is left is what
  // keeps the path open, as often as Tr of RFC 8445 §11.
  Duration min_resting_interval = std::chrono::milliseconds(13'500);
  Duration max_resting_interval = std::chrono::milliseconds(16'500);
  Duration consent_timeout = std::chrono::seconds(30);    // RFC 7675 §5.1
  Duration patience = std::chrono::milliseconds(39'500);  // RFC 8863 §4; twice that without end-of-candidates
};

struct IceConfig {
  IceRole role = IceRole::controlled;  // a lite agent is controlled whatever this says
  // Answers checks only (RFC 8445 §2.5). It takes the peer's word for the peer's address: for servers whose
  // peers are trusted not to point it at others.
  bool lite = false;
  Credentials local;  // must be usable()
  IceTimers timers;
};

struct IceOutcome {
  base::DropReason drop = base::DropReason::none;
  bool authentic = false;  // the datagram's sender knows the password; an indication never proves that
  bool state_changed = false;
  bool selected_changed =
      false;  // another path, or the path in use became nominated, or there is none any more
};

struct IceCounters {
  std::uint64_t candidates_ignored = 0;  // host names, active TCP, other components, other sessions, too many
  std::uint64_t requests_refused = 0;    // answered with an error
  std::uint64_t requests_not_kept = 0;   // answered, but no pair could be made for them
  std::uint64_t role_switches = 0;
};

class IceAgent {
 public:
  // `random` must outlive the agent.
  IceAgent(const IceConfig& config, base::Random& random);
  IceAgent(const IceAgent&) = delete;
  IceAgent& operator=(const IceAgent&) = delete;

  // False, counted in candidates_ignored, for what cannot be used: neither UDP nor TCP, simultaneous open, not component
  // 1, no numeric address, port 0, too many; a peer's active TCP candidate, which shows itself. The end-of-candidates Candidate is taken by add_remote_candidate() as
  // end_of_remote_candidates().
  bool add_local_candidate(const Candidate& candidate, std::uint16_t port_index, Instant now);
  bool add_remote_candidate(const Candidate& candidate, Instant now);
  void end_of_remote_candidates(Instant now);
  // The path is another agent's, whose datagrams this one would get: no check goes out on it. Until one of the
  // peer comes in on it, or a restart.
  void forbid(const Path& path, Instant now);

  // Starts the checks. The same credentials again change nothing; others are a restart by the peer, for which
  // restart() should have been called before. A lite peer makes us controlling (RFC 8445 §6.1.1). False, and
  // no change, where the credentials are not usable().
  bool set_remote_credentials(const Credentials& remote, bool remote_is_lite, Instant now);
  bool set_remote_credentials(const Credentials& remote, Instant now) {
    return set_remote_credentials(remote, false, now);
  }
  // RFC 8445 §9. Local candidates stay, remote ones are forgotten. Set the remote credentials after it.
  void restart(const Credentials& local, Instant now);
  // RFC 7675 §5.2: the peer closed (a DTLS alert) or forbade it. Nothing but answers is sent until a restart.
  void revoke_consent(Instant now);

  // For datagrams that is_stun() takes. bad_stun*, unexpected_stun: counted by the caller, nothing else
  // happened but for an error response where the RFC wants one.
  IceOutcome receive(Bytes datagram, const Path& path, Instant now, base::Outbox& outbox);
  // Whether this is a check of the peer's, by its password. Nothing else happens.
  bool is_check(Bytes datagram) const;
  // Also reports what the functions without an outcome changed.
  IceOutcome advance(Instant now, base::Outbox& outbox);
  Instant deadline() const { return deadline_; }

  // Whether the caller sends nothing on the selected path for a while. Where it begins to, consent is asked
  // for at once unless the last answer is as young as it would be otherwise.
  void set_resting(bool resting, Instant now);

  IceState state() const { return state_; }
  IceRole role() const { return role_; }
  bool lite() const { return lite_; }
  // Where to send media; null before and after. Valid until the next call that is not const.
  const Path* selected_path() const { return selected_path_ ? &*selected_path_ : nullptr; }
  std::optional<CandidatePair> selected_pair() const;
  Duration round_trip() const;  // of the selected pair; 0 where not known
  // The check list, and before it during a restart the pair that still carries media.
  std::vector<CandidatePair> pairs() const;
  const IceCounters& counters() const { return counters_; }

  // Whether DTLS, SRTP and SRTCP may come in on this path: a check of ours was answered on it, or an
  // authenticated one of the peer came in. Cheapest for the selected path.
  bool accepts(const Path& path) const;
  // Whether there is a pair of this path.
  bool knows(const Path& path) const;
  // The current ufrag and, while the old pair carries media during a restart, the one before.
  bool knows_local_ufrag(std::string_view ufrag) const;

 private:
  // What authenticates one ICE session. The passwords themselves are not kept.
  struct Session {
    std::string local_ufrag;
    std::string remote_ufrag;  // empty: not known yet
    StunKey local_key;
    StunKey remote_key;

    bool remote_known() const { return !remote_ufrag.empty(); }
  };
  // The pair in use when a restart began, and where else checks of its session had come in.
  struct Carried {
    static constexpr std::size_t kMostHeard = 8;  // further ones are forgotten
    Session session;
    Pair pair;
    CandidatePair description;
    std::vector<Path> heard = {};
    bool has_heard(const Path& path) const { return std::ranges::find(heard, path) != heard.end(); }
  };
  // A controlling peer's wish for a pair of lower priority than the selected one: USE-CANDIDATE again and
  // again, in new transactions and for a while, with none on the selected pair between.
  struct Challenge {
    Instant since{};
    std::uint32_t transaction = 0;
    std::uint8_t count = 0;
  };

  // The peer's checks come in on another path than the selected one, which happens too when a NAT gives it
  // another address: the selected pair is asked at once, and has until `until` to answer.
  struct Doubt {
    Instant since = base::kNever;
    Instant until = base::kNever;
  };

  // ice_agent.cpp: sessions and what is in use.
  bool usable(const Candidate& candidate) const;
  void begin_session();
  void carry_selected();
  void set_role(IceRole role);
  void choose(Instant now);
  void select(Pair* best, Instant now);
  void look_again(Instant now);
  void expire_consent(Instant now);
  IceState derive_state(Instant now) const;
  void refresh_state(Instant now);
  void settle(Instant now, base::Outbox& outbox);
  void changed_by_caller(Instant now);
  IceOutcome take_outcome(base::DropReason drop);
  Pair* selected();
  const Pair* selected() const { return const_cast<IceAgent*>(this)->selected(); }

  // ice_agent_requests.cpp: the STUN server's side.
  base::DropReason receive_request(const StunMessage& request, const Path& path, Instant now,
                                   base::Outbox& outbox);
  // `key` is what answers it.
  base::DropReason receive_check(const StunMessage& request, const StunKey& key, const Path& path, Instant now,
                                 base::Outbox& outbox);
  const Session* session_of(std::string_view username) const;
  bool resolve_role_conflict(const StunMessage& request);
  void answer(const StunMessage& request, const StunKey& key, const Path& path, base::Outbox& outbox);
  void refuse(const StunMessage& request, std::uint16_t code, const StunKey* key, const Path& path,
              base::Outbox& outbox);
  void send_response(const StunMessage& request, Bytes response, const Path& path, base::Outbox& outbox);
  void note_check(Pair& pair, const StunMessage& request, Instant now);
  void trigger_check(Pair& pair, Instant now);
  void note_nomination(Pair& pair, const StunMessage& request, Instant now);
  void settle_challenge(Pair& pair, const StunMessage& request, Instant now);
  void doubt_selected(const Pair& heard, Instant now);

  // ice_agent_checks.cpp: the STUN client's side.
  base::DropReason receive_response(const StunMessage& response, const Path& path, Instant now);
  void note_success(Pair& pair, const StunMessage& response, Instant now);
  void note_error(Pair& pair, const StunMessage& response, Instant now);
  void start_check(Pair& pair, const Session& session, Instant now, base::Outbox& outbox);
  void send_check(Pair& pair, const Session& session, Instant now, base::Outbox& outbox);
  void arm(CheckTransaction& check, Instant now) const;
  void fail(Pair& pair);

  // ice_agent_timers.cpp: what time brings.
  void send_next_check(Instant now, base::Outbox& outbox);
  void resend_checks(Instant now, base::Outbox& outbox);
  void keep_consent(Instant now, base::Outbox& outbox);
  void settle_doubt(Instant now);
  void nominate(Instant now);
  bool may_check() const { return !lite_ && !revoked_ && session_.remote_known(); }
  Instant patience_ends() const;
  static Instant next_transmission(const Pair& pair, Instant now);
  Instant next_consent(Instant now);
  Instant next_resting_consent(Instant now);
  Duration follow_up(const Pair& pair);
  void note_consent(Instant now);
  Instant next_deadline(Instant now);

  base::Random& random_;
  IceTimers timers_;
  IceRole role_;
  const bool lite_;
  IceState state_ = IceState::idle;
  bool remote_ended_ = false;
  bool lost_ = false;  // there was a selected pair in this session, and there is none now
  bool revoked_ = false;
  bool resting_ = false;
  std::uint8_t unanswered_ = 0;  // consent checks in a row, while resting
  bool selected_nominated_ = false;
  bool state_changed_ = false;
  bool selected_changed_ = false;
  std::uint64_t tie_breaker_;
  Session session_;
  CheckList checks_;
  std::unique_ptr<Carried> carried_;
  std::optional<Path> selected_path_;
  Challenge challenge_;
  Doubt doubt_;
  Instant next_check_at_{};
  Instant next_consent_at_ = base::kNever;
  Instant first_valid_at_ = base::kNever;  // kNever: no pair is valid
  Instant patient_since_ = base::kNever;   // kNever: not checking
  Instant deadline_ = base::kNever;
  IceCounters counters_;
};

}  // namespace kaskado::ice
