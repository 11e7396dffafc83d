#include "load.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "clocks.hpp"

namespace kaskado::bench {

namespace {

// How often a viewer is read: more of them are read more seldom, since a read costs as much as several
// packets.
constexpr base::Duration kShortestRound = std::chrono::milliseconds{20};
constexpr base::Duration kLongestRound = std::chrono::milliseconds{200};
constexpr std::int64_t kPeersInShortestRound = 1000;

void add_to(PublisherCounters& sum, const PublisherCounters& one) {
  sum.published += one.published;
  sum.retransmitted += one.retransmitted;
  sum.nacked_too_late += one.nacked_too_late;
  sum.key_frames_asked += one.key_frames_asked;
}

void add_to(StreamCounters& sum, const StreamCounters& one) {
  sum.packets += one.packets;
  sum.duplicates += one.duplicates;
  sum.reordered += one.reordered;
  sum.out_of_window += one.out_of_window;
  sum.foreign += one.foreign;
  sum.sampled += one.sampled;
  sum.undecryptable += one.undecryptable;
  sum.changed += one.changed;
  sum.misnumbered += one.misnumbered;
}

void add_transcoded_to(LoadTotals& sum, Peer& viewer) {
  const StreamCheck& check = *viewer.check();
  sum.transcoded_packets += check.counters().packets;
  sum.transcoded_holes += check.holes();
  sum.viewers.undecryptable += check.counters().undecryptable;
  sum.recorded_frames += viewer.recorder() ? viewer.recorder()->frames() : 0;
  sum.broken_frames += viewer.recorder() ? viewer.recorder()->broken() : 0;
}

// All but what is expected, which nobody knows of one peer alone.
void add_to(LoadTotals& sum, Peer& peer) {
  sum.queue_drops += peer.transport().socket().queue_drops();
  sum.bad_rtcp += peer.bad_rtcp();
  if (peer.publisher()) return add_to(sum.publishers, peer.publisher()->counters());
  if (peer.spec().transcoded) return add_transcoded_to(sum, peer);
  const StreamCheck& check = *peer.check();
  add_to(sum.viewers, check.counters());
  sum.holes += check.holes();
  sum.unsampled_viewers += check.counters().sampled == check.counters().undecryptable;
}

}  // namespace

Load::Load(std::unique_ptr<Surroundings> shared, Tell tell)
    : shared_(std::move(shared)), tell_(std::move(tell)) {}

base::Result<Peer*> Load::add(const PeerSpec& spec, ice::IceRole role) {
  if (peers_.contains(spec.id)) return base::Error{"there is a peer " + std::to_string(spec.id) + " already"};
  auto peer = Peer::make(spec, *shared_, role, now());
  if (!peer) return peer.error();
  joining_.push_back({peer->get(), now()});
  return (peers_[spec.id] = std::move(*peer)).get();
}

Peer* Load::find(std::uint32_t id) {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : found->second.get();
}

bool Load::remove(std::uint32_t id, bool silently) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return false;
  Peer* const peer = found->second.get();
  std::erase_if(joining_, [&](const Joining& joining) { return joining.peer == peer; });
  std::erase(settled_, peer);
  if (const auto at = std::ranges::find(publishers_, peer); at != publishers_.end()) {
    publishing_.set(static_cast<std::uint32_t>(at - publishers_.begin()), base::kNever);
    *at = nullptr;
  }
  add_to(left_, *peer);
  if (!silently) peer->close(now());
  peers_.erase(found);
  return true;
}

void Load::take_up(Peer& publisher) {
  auto place = std::ranges::find(publishers_, nullptr);
  if (place == publishers_.end()) place = publishers_.insert(place, nullptr);
  *place = &publisher;
  publishing_.set(static_cast<std::uint32_t>(place - publishers_.begin()), publisher.publisher()->deadline());
}

base::Result<void> Load::start(Peer& publisher, const SendPlan& plan) {
  if (!publisher.publisher() || publisher.publisher()->started() || !publisher.transport().connected())
    return base::Error{"the peer is no connected publisher that waits for its start"};
  if (auto started = publisher.start(plan, now()); !started) return started;
  take_up(publisher);
  return {};
}

base::Result<void> Load::start(const SendPlan& plan, bool frames) {
  const base::Instant first = now() + std::chrono::milliseconds{20};
  const auto spread_us = static_cast<std::uint32_t>(1e6 / plan.frames_per_second);
  for (auto& [id, peer] : peers_) {
    if (!peer->publisher() || peer->publisher()->started() || peer->spec().frames.empty() == frames) continue;
    const base::Duration offset = std::chrono::microseconds{shared_->random.below(spread_us)};
    if (auto started = peer->start(plan, first + offset); !started) return started;
    take_up(*peer);
  }
  return {};
}

void Load::stop() {
  for (std::uint32_t place = 0; place < publishers_.size(); ++place) {
    if (!publishers_[place]) continue;
    publishers_[place]->publisher()->stop();
    publishing_.set(place, base::kNever);
  }
}

void Load::resume() {
  for (std::uint32_t place = 0; place < publishers_.size(); ++place) {
    if (!publishers_[place]) continue;
    publishers_[place]->publisher()->resume(now());
    publishing_.set(place, publishers_[place]->publisher()->deadline());
  }
}

void Load::close_all() {
  for (auto& [id, peer] : peers_) peer->close(now());
}

void Load::publish() {
  const base::Instant at = now();
  while (const auto place = publishing_.take_due(at)) {
    Peer& peer = *publishers_[*place];
    peer.publisher()->send_due(at, peer.transport(), lateness_);
    publishing_.set(*place, peer.publisher()->deadline());
  }
}

void Load::visit_joining(base::Instant at) {
  std::erase_if(joining_, [&](const Joining& joining) {
    Peer& peer = *joining.peer;
    peer.visit(at, nullptr);
    std::string why = peer.transport().failure();
    if (why.empty() && at - joining.since > kJoinPatience) why = "no connection within 20 s";
    if (!peer.transport().connected() && why.empty()) return false;
    settled_.push_back(&peer);
    tell_(peer.spec(), why, at - joining.since);
    return true;
  });
}

void Load::visit_settled(std::size_t peers) {
  for (std::size_t i = 0; i < std::min(peers, settled_.size()); ++i) {
    if (publishing_.next() <= now()) publish();
    Peer* peer = settled_.front();
    settled_.pop_front();
    settled_.push_back(peer);
    peer->visit(now(), in_window_ ? &latency_ : nullptr);
  }
}

void Load::drain() {
  visit_settled(settled_.size());
  for (auto& [id, peer] : peers_)
    if (peer->recorder()) peer->recorder()->flush();
}

std::size_t Load::peers_a_turn() const {
  const auto peers = static_cast<std::int64_t>(settled_.size());
  const base::Duration round =
      std::clamp(kShortestRound * peers / kPeersInShortestRound, kShortestRound, kLongestRound);
  return static_cast<std::size_t>((peers * kTurn.count() + round.count() - 1) / round.count());
}

base::Instant Load::advance() {
  publish();
  if (!joining_.empty() && next_join_visit_ <= now()) {
    visit_joining(now());
    next_join_visit_ = now() + kJoinInterval;
  }
  if (next_turn_ <= now()) {
    next_turn_ = std::max(next_turn_ + kTurn, now());
    visit_settled(peers_a_turn());
  }
  const base::Instant next = std::min(publishing_.next(), next_turn_);
  return joining_.empty() ? next : std::min(next, next_join_visit_);
}

void Load::begin_window() {
  drain();
  latency_.clear();
  lateness_.clear();
  in_window_ = true;
}

void Load::end_window() {
  drain();
  in_window_ = false;
}

LoadTotals Load::totals() {
  LoadTotals totals = left_;
  for (auto& [id, peer] : peers_) {
    add_to(totals, *peer);
    if (peer->publisher() || peer->spec().transcoded) continue;
    Peer* source = find(peer->spec().source);
    if (source && source->publisher()) totals.expected += source->publisher()->counters().published;
  }
  totals.send_failures = shared_->send_failures;
  totals.cpu_ns = read_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  totals.at = now();
  return totals;
}

std::vector<std::string> Load::profiles() const {
  std::set<std::string> names;
  for (const auto& [id, peer] : peers_)
    if (const auto profile = peer->transport().profile()) names.emplace(srtp::traits(*profile).name);
  return {names.begin(), names.end()};
}

}  // namespace kaskado::bench
