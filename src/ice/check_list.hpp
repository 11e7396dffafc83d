// The check list of one component (RFC 8445 §6.1.2): candidates, the pairs they form, and which pair is
// checked next. It sends nothing and knows no time but what it is told; IceAgent drives it.
//
// All checks of a pair leave from the local candidate's base, which is one of our sockets, so a pair is known
// by its Path: two local candidates of one socket (a host and a server-reflexive one, or several interfaces)
// make one pair for each remote address, and the better local candidate stands in it (RFC 8445 §6.1.2.4).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/socket_address.hpp"
#include "base/time.hpp"
#include "ice/candidate_pair.hpp"
#include "ice/stun.hpp"

namespace kaskado::ice {

using base::Duration;
using base::Instant;
using base::Path;

// One Binding request on its way, with what must not change when it is sent again (RFC 8489 §6.2.1).
struct CheckTransaction {
  TransactionId id{};
  Instant first_sent{};
  Instant last_sent{};
  Instant resend_at = base::kNever;  // kNever for consent checks, which are never repeated (RFC 7675 §5.1)
  Instant gives_up_at = base::kNever;
  Duration rto{};
  std::uint8_t transmissions = 0;  // 0: nothing is outstanding
  IceRole role = IceRole::controlled;
  bool use_candidate = false;

  bool outstanding() const { return transmissions != 0; }
  // Of a request sent again it is not known which one was answered.
  bool sent_once() const { return first_sent == last_sent; }
};

struct Pair {
  Path path;
  std::uint64_t priority = 0;
  std::uint32_t foundation = 0;      // equal for pairs whose foundations are
  std::uint32_t check_priority = 0;  // what our checks carry as PRIORITY (RFC 8445 §7.1.1)
  std::uint32_t turn = 0;            // place in the triggered-check queue (RFC 8445 §6.1.4.1), 0: not in it
  std::uint8_t local = 0;            // slots of the check list
  std::uint8_t remote = 0;
  std::uint8_t mapped = 0;  // the local candidate that the peer saw
  PairState state = PairState::frozen;
  bool valid = false;
  bool nominated = false;   // by our nominating check or by the peer's USE-CANDIDATE; counts only while valid
  bool nominating = false;  // our next check carries USE-CANDIDATE
  bool heard = false;       // an authenticated check came in on it
  bool in_use = false;      // carries media: never evicted
  bool reliable = false;    // TCP: what was sent once arrives, or nothing does (RFC 6544 §7.1)
  CheckTransaction check;
  Instant heard_at{};
  Instant consent_until{};
  Duration round_trip{};
  Duration total_round_trip{};
  CheckCounters counters;

  bool usable(Instant now) const { return valid && consent_until > now; }
  // Whether the peer is known to be there: repeating a check towards it more often is no flood.
  bool alive() const { return heard || valid; }
  bool unfinished() const { return state != PairState::succeeded && state != PairState::failed; }
};

class CheckList {
 public:
  static constexpr std::size_t kMaxPairs = 100;           // RFC 8445 §6.1.2.5
  static constexpr std::size_t kMaxLocal = 24;            // given by the caller
  static constexpr std::size_t kMaxLocalReflexive = 4;    // learnt from responses, in addition
  static constexpr std::size_t kMaxRemote = 50;           // signalled
  static constexpr std::size_t kMaxRemoteReflexive = 16;  // learnt from requests, in addition

  // A list that makes no pairs is for a lite agent: then only learn() makes them.
  explicit CheckList(IceRole role, bool makes_pairs) : role_(role), makes_pairs_(makes_pairs) {}

  // False where the candidate was not taken: the list of them is full. A candidate with an address that is
  // known already is taken and at most improves what is known.
  bool add_local(const Candidate& candidate, std::uint16_t port_index);
  bool add_remote(const Candidate& candidate);

  // The pair a check came in on, made with a peer-reflexive remote candidate where it is new (RFC 8445
  // §7.3.1.3). When full, the one heard from longest ago makes room. Null where no local candidate has that
  // socket, or where all others are in use.
  Pair* learn(const Path& path, std::uint32_t priority);
  // The local candidate that a response says the peer saw (RFC 8445 §7.2.5.3.1); made peer-reflexive where it
  // is new, and left as it was when there are too many.
  void note_mapped(Pair& pair, const SocketAddress& mapped);

  // No pair is made of this path, and one that is there is gone, until a check comes in on it or
  // forget_remote().
  void forbid(const Path& path);

  Pair* find(const Path& path);
  const Pair* find(const Path& path) const { return const_cast<CheckList*>(this)->find(path); }
  Pair* find(const TransactionId& id);
  std::span<Pair> pairs() { return pairs_; }
  std::span<const Pair> pairs() const { return pairs_; }
  // Of the pairs that are valid and whose consent is fresh: the nominated before the others, then by
  // priority.
  Pair* best_usable(Instant now);
  CandidatePair describe(const Pair& pair) const;

  void set_role(IceRole role);
  // Puts the pair into the triggered-check queue; one that is not valid becomes Waiting.
  void trigger(Pair& pair);
  // Takes the pair to check now: triggered ones first, then by priority (RFC 8445 §6.1.4.2). Null where there
  // is none.
  Pair* next_check();
  // Whether next_check() would give a pair.
  bool has_check() const;
  // RFC 8445 §7.2.5.3.3: pairs like one that succeeded become Waiting.
  void unfreeze(std::uint32_t foundation);
  // Pairs that are Waiting, In-Progress or yet Frozen.
  std::size_t unfinished() const;
  bool unfinished_above(std::uint64_t priority) const;

  // A pair was selected: others that are not valid are no longer checked, and forgotten unless the peer
  // checks them (RFC 8445 §8.1.2). A controlled agent keeps those of higher priority, which an aggressive
  // peer may yet nominate.
  void conclude(std::uint64_t selected_priority);
  // Nothing is valid any more: makes all pairs again and puts each into Waiting.
  void start_over();
  // No pair is valid and none is to be checked.
  void stop();
  // For a restart: all but the local candidates is forgotten.
  void forget_remote();
  // Forgets signalled candidates of another ICE session than `ufrag`'s.
  void forget_other_sessions(std::string_view ufrag);

 private:
  struct Slot {
    Candidate candidate;
    std::uint16_t foundation = 0;
    std::uint16_t port_index = 0;
    bool learnt = false;
  };
  using Slots = std::vector<Slot>;

  std::uint16_t foundation_of(const Slots& slots, const std::string& foundation);
  int local_for(const Path& path) const;
  int remote_for(const SocketAddress& address, CandidateTransport transport, std::uint32_t priority);
  bool forget_quietest_learnt();
  void pair_local(std::size_t local);
  void pair_remote(std::size_t remote);
  Pair* make_pair(std::size_t local, std::size_t remote, bool heard);
  bool make_room(std::uint64_t priority, bool heard);
  std::uint64_t priority_of(std::size_t local, std::size_t remote) const;
  void refresh(Pair& pair);
  void refresh_all();
  Pair* best_waiting();
  Pair* best_thawing();
  void erase_remote(std::size_t remote);

  IceRole role_;
  bool makes_pairs_;
  std::uint16_t foundations_ = 0;
  std::uint16_t reflexive_names_ = 0;
  std::uint32_t turns_ = 0;
  Slots local_;
  Slots remote_;
  std::vector<Pair> pairs_;
  std::vector<Path> forbidden_;  // of local and remote candidates that are there, so there is a bound to them
};

}  // namespace kaskado::ice
