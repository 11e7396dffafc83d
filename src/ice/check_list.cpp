#include "ice/check_list.hpp"

#include <algorithm>
#include <tuple>

namespace kaskado::ice {

namespace {

constexpr int kNone = -1;

bool same_family(const SocketAddress& a, const SocketAddress& b) {
  return a.is_v4() == b.is_v4();
}

// RFC 8445 §6.1.2.2: same family, and IPv6 link-local only with its like. RFC 6544 §6.2: over TCP the active one connects
// to the passive one; where we are the passive one its pair is learnt.
bool may_pair(const Candidate& local, const Candidate& remote) {
  const SocketAddress& a = local.address;
  const SocketAddress& b = remote.address;
  if (local.transport != remote.transport) return false;
  if (local.transport == CandidateTransport::tcp &&
      (local.tcp_type != TcpType::active || remote.tcp_type != TcpType::passive)) {
    return false;
  }
  return same_family(a, b) && (a.is_v4() || a.is_link_local() == b.is_link_local());
}

template <typename Slots>
auto slot_with(Slots& slots, const SocketAddress& address, CandidateTransport transport) {
  return std::find_if(slots.begin(), slots.end(), [&](const auto& slot) {
    return slot.candidate.address == address && slot.candidate.transport == transport;
  });
}

template <typename Slots>
std::size_t count_learnt(const Slots& slots) {
  return static_cast<std::size_t>(
      std::count_if(slots.begin(), slots.end(), [](const auto& slot) { return slot.learnt; }));
}

}  // namespace

// Equal numbers for equal foundations of one side (RFC 8445 §5.1.1.3).
std::uint16_t CheckList::foundation_of(const Slots& slots, const std::string& foundation) {
  for (const Slot& slot : slots) {
    if (!slot.learnt && slot.candidate.foundation == foundation) return slot.foundation;
  }
  return ++foundations_;
}

bool CheckList::add_local(const Candidate& candidate, std::uint16_t port_index) {
  for (const Slot& slot : local_) {
    if (!slot.learnt && slot.port_index == port_index && slot.candidate.address == candidate.address)
      return true;
  }
  if (local_.size() - count_learnt(local_) >= kMaxLocal) return false;
  const std::uint16_t foundation = foundation_of(local_, candidate.foundation);
  local_.push_back({candidate, foundation, port_index, false});
  if (makes_pairs_) pair_local(local_.size() - 1);
  return true;
}

bool CheckList::add_remote(const Candidate& candidate) {
  const bool full = remote_.size() - count_learnt(remote_) >= kMaxRemote;
  if (const auto known = slot_with(remote_, candidate.address, candidate.transport); known != remote_.end()) {
    // RFC 8445 §7.3.1.3: the signalled candidate tells what the learnt one really is.
    if (known->learnt || candidate.priority > known->candidate.priority) {
      known->foundation = foundation_of(remote_, candidate.foundation);
      known->candidate = candidate;
      known->learnt = known->learnt && full;
      refresh_all();
    }
    return true;
  }
  if (full) return false;
  const std::uint16_t foundation = foundation_of(remote_, candidate.foundation);
  remote_.push_back({candidate, foundation, 0, false});
  if (makes_pairs_) pair_remote(remote_.size() - 1);
  return true;
}

void CheckList::pair_local(std::size_t local) {
  for (std::size_t remote = 0; remote < remote_.size(); ++remote) {
    if (may_pair(local_[local].candidate, remote_[remote].candidate))
      make_pair(local, remote, false);
  }
}

void CheckList::pair_remote(std::size_t remote) {
  for (std::size_t local = 0; local < local_.size(); ++local) {
    if (local_[local].learnt) continue;  // its base has made the pair
    if (may_pair(local_[local].candidate, remote_[remote].candidate))
      make_pair(local, remote, false);
  }
}

Pair* CheckList::make_pair(std::size_t local, std::size_t remote, bool heard) {
  const Path path{local_[local].port_index, remote_[remote].candidate.address};
  const std::uint64_t priority = priority_of(local, remote);
  if (Pair* known = find(path)) {
    if (priority > known->priority && !known->in_use) {
      known->local = known->mapped = static_cast<std::uint8_t>(local);
      refresh(*known);
    }
    return known;
  }
  if (std::ranges::find(forbidden_, path) != forbidden_.end()) return nullptr;
  if (!make_room(priority, heard)) return nullptr;
  Pair& pair = pairs_.emplace_back();
  pair.path = path;
  pair.local = pair.mapped = static_cast<std::uint8_t>(local);
  pair.remote = static_cast<std::uint8_t>(remote);
  pair.reliable = local_[local].candidate.transport == CandidateTransport::tcp;
  refresh(pair);
  return &pair;
}

// When full, the least of the pairs that are no use gives way (RFC 8445 §6.1.2.5): a failed one, or one of
// lower priority than the new; for a pair that was heard on, any that carries nothing.
bool CheckList::make_room(std::uint64_t priority, bool heard) {
  if (pairs_.size() < kMaxPairs) return true;
  const auto worth = [](const Pair& pair) {
    return std::tuple(pair.in_use, pair.valid, pair.state != PairState::failed, pair.heard, pair.priority);
  };
  const auto least = std::min_element(pairs_.begin(), pairs_.end(),
                                      [&](const Pair& a, const Pair& b) { return worth(a) < worth(b); });
  if (least->in_use) return false;
  const bool useless = least->state == PairState::failed || (!least->heard && least->priority < priority);
  if (!heard && (least->valid || !useless)) return false;
  pairs_.erase(least);
  return true;
}

std::uint64_t CheckList::priority_of(std::size_t local, std::size_t remote) const {
  const std::uint32_t ours = local_[local].candidate.priority;
  const std::uint32_t theirs = remote_[remote].candidate.priority;
  return role_ == IceRole::controlling ? pair_priority(ours, theirs) : pair_priority(theirs, ours);
}

void CheckList::refresh(Pair& pair) {
  pair.priority = priority_of(pair.local, pair.remote);
  pair.check_priority = peer_reflexive_priority(local_[pair.local].candidate.priority);
  pair.foundation = std::uint32_t{local_[pair.local].foundation} << 16 | remote_[pair.remote].foundation;
}

void CheckList::refresh_all() {
  for (Pair& pair : pairs_) refresh(pair);
}

int CheckList::local_for(const Path& path) const {
  int best = kNone;
  const auto worth = [&](const Slot& slot) {
    return std::pair(same_family(slot.candidate.address, path.remote), slot.candidate.priority);
  };
  for (std::size_t i = 0; i < local_.size(); ++i) {
    if (local_[i].learnt || local_[i].port_index != path.port_index) continue;
    if (best == kNone || worth(local_[i]) > worth(local_[static_cast<std::size_t>(best)]))
      best = static_cast<int>(i);
  }
  return best;
}

int CheckList::remote_for(const SocketAddress& address, CandidateTransport transport, std::uint32_t priority) {
  if (const auto known = slot_with(remote_, address, transport); known != remote_.end()) {
    return static_cast<int>(known - remote_.begin());
  }
  if (count_learnt(remote_) >= kMaxRemoteReflexive && !forget_quietest_learnt()) return kNone;
  Slot slot;
  slot.candidate.foundation = "remote" + std::to_string(++reflexive_names_);
  slot.candidate.priority = priority;
  slot.candidate.type = CandidateType::peer_reflexive;
  slot.candidate.address = address;
  slot.candidate.transport = transport;
  if (transport == CandidateTransport::tcp) slot.candidate.tcp_type = TcpType::active;
  slot.foundation = ++foundations_;
  slot.learnt = true;
  remote_.push_back(std::move(slot));
  return static_cast<int>(remote_.size() - 1);
}

bool CheckList::forget_quietest_learnt() {
  std::size_t quietest = remote_.size();
  Instant quiet_since = base::kNever;
  for (std::size_t i = 0; i < remote_.size(); ++i) {
    if (!remote_[i].learnt) continue;
    Instant heard_at{};
    bool in_use = false;
    for (const Pair& pair : pairs_) {
      if (pair.remote != i) continue;
      heard_at = std::max(heard_at, pair.heard_at);
      in_use = in_use || pair.in_use;
    }
    if (!in_use && heard_at < quiet_since) {
      quietest = i;
      quiet_since = heard_at;
    }
  }
  if (quietest == remote_.size()) return false;
  erase_remote(quietest);
  return true;
}

void CheckList::forbid(const Path& path) {
  std::erase_if(pairs_, [&](const Pair& pair) { return pair.path == path; });
  if (std::ranges::find(forbidden_, path) == forbidden_.end()) forbidden_.push_back(path);
}

void CheckList::erase_remote(std::size_t remote) {
  std::erase_if(pairs_, [&](const Pair& pair) { return pair.remote == remote; });
  std::erase_if(forbidden_,
                [&](const Path& path) { return path.remote == remote_[remote].candidate.address; });
  for (Pair& pair : pairs_) {
    if (pair.remote > remote) --pair.remote;
  }
  remote_.erase(remote_.begin() + static_cast<std::ptrdiff_t>(remote));
}

Pair* CheckList::learn(const Path& path, std::uint32_t priority) {
  if (Pair* known = find(path)) return known;
  std::erase(forbidden_, path);
  const int local = local_for(path);
  if (local == kNone) return nullptr;
  const int remote = remote_for(path.remote, local_[static_cast<std::size_t>(local)].candidate.transport, priority);
  if (remote == kNone) return nullptr;
  return make_pair(static_cast<std::size_t>(local), static_cast<std::size_t>(remote), true);
}

void CheckList::note_mapped(Pair& pair, const SocketAddress& mapped) {
  const Slot& base = local_[pair.local];
  if (base.candidate.address == mapped) {
    pair.mapped = pair.local;
    return;
  }
  for (std::size_t i = 0; i < local_.size(); ++i) {
    if (local_[i].port_index != base.port_index || !(local_[i].candidate.address == mapped)) continue;
    pair.mapped = static_cast<std::uint8_t>(i);
    return;
  }
  if (count_learnt(local_) >= kMaxLocalReflexive) return;
  Slot slot = base;
  slot.candidate.foundation = "local" + std::to_string(++reflexive_names_);
  slot.candidate.type = CandidateType::peer_reflexive;
  slot.candidate.priority = peer_reflexive_priority(base.candidate.priority);
  slot.candidate.related = base.candidate.address;
  slot.candidate.address = mapped;
  slot.learnt = true;
  local_.push_back(std::move(slot));
  pair.mapped = static_cast<std::uint8_t>(local_.size() - 1);
}

Pair* CheckList::find(const Path& path) {
  const auto found =
      std::find_if(pairs_.begin(), pairs_.end(), [&](const Pair& pair) { return pair.path == path; });
  return found == pairs_.end() ? nullptr : &*found;
}

Pair* CheckList::find(const TransactionId& id) {
  const auto found = std::find_if(pairs_.begin(), pairs_.end(), [&](const Pair& pair) {
    return pair.check.outstanding() && pair.check.id == id;
  });
  return found == pairs_.end() ? nullptr : &*found;
}

Pair* CheckList::best_usable(Instant now) {
  Pair* best = nullptr;
  for (Pair& pair : pairs_) {
    if (!pair.usable(now)) continue;
    if (!best || std::pair(pair.nominated, pair.priority) > std::pair(best->nominated, best->priority))
      best = &pair;
  }
  return best;
}

CandidatePair CheckList::describe(const Pair& pair) const {
  CandidatePair told;
  told.local = local_[pair.mapped].candidate;
  told.remote = remote_[pair.remote].candidate;
  told.path = pair.path;
  told.state = pair.state;
  told.priority = pair.priority;
  told.valid = pair.valid;
  told.nominated = pair.nominated && pair.valid;
  told.round_trip = pair.round_trip;
  told.total_round_trip = pair.total_round_trip;
  told.counters = pair.counters;
  return told;
}

void CheckList::set_role(IceRole role) {
  role_ = role;
  refresh_all();
}

void CheckList::trigger(Pair& pair) {
  if (pair.turn == 0) pair.turn = ++turns_;
  if (!pair.valid) pair.state = PairState::waiting;
}

Pair* CheckList::next_check() {
  Pair* next = nullptr;
  for (Pair& pair : pairs_) {
    if (pair.turn && (!next || pair.turn < next->turn)) next = &pair;
  }
  if (!next) next = best_waiting();
  if (!next) next = best_thawing();
  if (next) next->turn = 0;
  return next;
}

bool CheckList::has_check() const {
  const auto due = [](const Pair& pair) { return pair.turn || pair.state == PairState::waiting; };
  return std::any_of(pairs_.begin(), pairs_.end(), due) || const_cast<CheckList*>(this)->best_thawing();
}

Pair* CheckList::best_waiting() {
  Pair* best = nullptr;
  for (Pair& pair : pairs_) {
    if (pair.state == PairState::waiting && (!best || pair.priority > best->priority)) best = &pair;
  }
  return best;
}

// RFC 8445 §6.1.4.2: with nothing Waiting, the best Frozen pair whose foundation is not being checked. Pairs
// start Frozen and are taken from here in order of priority, which gives the order of §6.1.2.6 however they
// trickled in.
Pair* CheckList::best_thawing() {
  Pair* best = nullptr;
  for (Pair& pair : pairs_) {
    if (pair.state != PairState::frozen || (best && best->priority >= pair.priority)) continue;
    const bool being_checked = std::any_of(pairs_.begin(), pairs_.end(), [&](const Pair& other) {
      return other.state == PairState::in_progress && other.foundation == pair.foundation;
    });
    if (!being_checked) best = &pair;
  }
  return best;
}

void CheckList::unfreeze(std::uint32_t foundation) {
  for (Pair& pair : pairs_) {
    if (pair.state == PairState::frozen && pair.foundation == foundation) pair.state = PairState::waiting;
  }
}

std::size_t CheckList::unfinished() const {
  return static_cast<std::size_t>(
      std::count_if(pairs_.begin(), pairs_.end(), [](const Pair& pair) { return pair.unfinished(); }));
}

bool CheckList::unfinished_above(std::uint64_t priority) const {
  return std::any_of(pairs_.begin(), pairs_.end(),
                     [&](const Pair& pair) { return pair.unfinished() && pair.priority > priority; });
}

void CheckList::conclude(std::uint64_t selected_priority) {
  const auto over = [&](const Pair& pair) {
    return !pair.valid && !pair.in_use &&
           (role_ == IceRole::controlling || pair.priority < selected_priority);
  };
  std::erase_if(pairs_, [&](const Pair& pair) { return over(pair) && !pair.heard; });
  for (Pair& pair : pairs_) {
    if (!over(pair)) continue;
    pair.state = PairState::failed;
    pair.turn = 0;
    pair.check = {};
  }
  pairs_.shrink_to_fit();
  local_.shrink_to_fit();
  remote_.shrink_to_fit();
}

void CheckList::start_over() {
  for (std::size_t remote = 0; remote < remote_.size() && makes_pairs_; ++remote) pair_remote(remote);
  for (Pair& pair : pairs_) {
    pair.valid = pair.nominating = false;
    pair.state = PairState::waiting;
    pair.turn = 0;
    pair.check = {};
  }
}

void CheckList::stop() {
  for (Pair& pair : pairs_) {
    pair.valid = pair.nominated = pair.nominating = false;
    pair.state = PairState::failed;
    pair.turn = 0;
    pair.check = {};
  }
}

void CheckList::forget_remote() {
  pairs_.clear();
  remote_.clear();
  forbidden_.clear();
  std::erase_if(local_, [](const Slot& slot) { return slot.learnt; });
}

void CheckList::forget_other_sessions(std::string_view ufrag) {
  for (std::size_t i = remote_.size(); i-- > 0;) {
    const std::string& named = remote_[i].candidate.ufrag;
    if (!named.empty() && named != ufrag) erase_remote(i);
  }
}

}  // namespace kaskado::ice
