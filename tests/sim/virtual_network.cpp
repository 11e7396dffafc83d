#include "virtual_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "virtual_gettimeofday.hpp"

namespace kaskado::sim {

namespace {

// A host that wants to be woken more often than this at one moment would run forever.
constexpr int kMostAtOneInstant = 10'000;

Duration part_of(Duration whole, double share) {
  return Duration{static_cast<Duration::rep>(static_cast<double>(whole.count()) * share)};
}

bool is_dtls(const Datagram& datagram) {
  return datagram.kind() == transport::DatagramKind::dtls;
}

}  // namespace

VirtualNetwork::VirtualNetwork(std::uint64_t seed) : random_(seed) {
  set_now(now_);
}

void VirtualNetwork::set_now(Instant now) {
  if (now > now_) at_this_instant_ = 0;
  now_ = std::max(now_, now);
  dtls::set_virtual_gettimeofday(now_);
}

bool VirtualNetwork::Access::is_cut(Instant when) const {
  return std::ranges::any_of(cuts, [&](const auto& cut) { return when >= cut.first && when < cut.second; });
}

void VirtualNetwork::join(Host& host, const std::vector<SocketAddress>& addresses, const LinkShape& up,
                          const LinkShape& down) {
  auto access =
      std::make_unique<Access>(Access{&host, static_cast<std::uint32_t>(accesses_.size()), {}, {}, {}});
  for (Direction* direction : {&access->up, &access->down}) {
    direction->random = base::SeededRandom(random_.u64());
    direction->dtls_random = base::SeededRandom(random_.u64());
  }
  for (const SocketAddress& address : addresses) by_address_[address] = access.get();
  accesses_.push_back(std::move(access));
  shape(host, up, down);
}

void VirtualNetwork::add_address(Host& host, const SocketAddress& address) {
  for (const auto& access : accesses_) {
    if (access->host == &host) by_address_[address] = access.get();
  }
}

void VirtualNetwork::leave(Host& host) {
  for (const auto& access : accesses_) {
    if (access->host != &host) continue;
    std::erase_if(by_address_, [&](const auto& entry) { return entry.second == access.get(); });
    deadlines_.set(access->id, base::kNever);
    access->host = nullptr;
  }
}

void VirtualNetwork::shape(Host& host, const LinkShape& up, const LinkShape& down) {
  for (const auto& access : accesses_) {
    if (access->host != &host) continue;
    access->up.shape = up;
    access->down.shape = down;
  }
}

void VirtualNetwork::cut(Host& host, Instant from, Instant until) {
  for (const auto& access : accesses_) {
    if (access->host == &host) access->cuts.emplace_back(from, until);
  }
}

void VirtualNetwork::rebind(const SocketAddress& inside, const SocketAddress& outside) {
  if (const auto before = outside_.find(inside); before != outside_.end()) {
    former_[before->second] = by_address_.at(inside);
    inside_.erase(before->second);
  }
  outside_[inside] = outside;
  inside_[outside] = inside;
}

VirtualNetwork::Access* VirtualNetwork::owner_of(const SocketAddress& outside) {
  const auto translated = inside_.find(outside);
  // Behind a NAT the host's own address cannot be reached.
  if (translated == inside_.end() && outside_.contains(outside)) return nullptr;
  const auto found = by_address_.find(translated == inside_.end() ? outside : translated->second);
  return found == by_address_.end() ? nullptr : found->second;
}

VirtualNetwork::Access* VirtualNetwork::meant_by(const SocketAddress& to) {
  if (Access* owner = owner_of(to)) return owner;
  if (const auto former = former_.find(to); former != former_.end()) return former->second;
  const auto inside = by_address_.find(to);
  return inside == by_address_.end() ? nullptr : inside->second;
}

Fate VirtualNetwork::send(const SocketAddress& from, const SocketAddress& to, base::Bytes bytes) {
  const auto sender = by_address_.find(from);
  if (sender == by_address_.end()) return std::nullopt;
  const auto seen = outside_.find(from);
  Datagram datagram{seen == outside_.end() ? from : seen->second, to, {bytes.begin(), bytes.end()}};
  Access* receiver = owner_of(to);
  Access* meant = meant_by(to);
  const Treatment treatment = treat ? treat(datagram) : Treatment{};
  if (const auto translated = inside_.find(to); translated != inside_.end()) datagram.to = translated->second;
  Fate fate;
  if (receiver && !treatment.lose) {
    const bool twice = duplicates(sender->second->up, datagram) | duplicates(receiver->down, datagram);
    for (int copy = 0; copy <= treatment.copies + twice; ++copy) {
      const Duration hold = treatment.hold + (copy > twice ? (copy - twice) * 1ms : 0ms);
      const Fate arrival = send_copy(*sender->second, *receiver, datagram, hold);
      fate = fate && arrival ? std::min(*fate, *arrival) : fate ? fate : arrival;
    }
  }
  if (meant && meant->host) meant->host->overhear(datagram, now_, fate);
  return fate;
}

bool VirtualNetwork::duplicates(Direction& direction, const Datagram& datagram) {
  return (is_dtls(datagram) ? direction.dtls_random : direction.random).unit() < direction.shape.duplication;
}

Fate VirtualNetwork::send_copy(Access& from, Access& to, const Datagram& datagram, Duration hold) {
  const auto up = pass(from.up, datagram, {});
  const auto down = pass(to.down, datagram, up.value_or(Duration{}));
  if (!up || !down || from.is_cut(now_) || to.is_cut(now_)) return std::nullopt;
  const Instant arrival = now_ + *up + *down + hold;
  events_.emplace(arrival, Event{{&to, datagram}, nullptr});
  return arrival;
}

std::optional<Duration> VirtualNetwork::pass(Direction& direction, const Datagram& datagram,
                                             Duration so_far) {
  base::SeededRandom& random = is_dtls(datagram) ? direction.dtls_random : direction.random;
  const LinkShape& shape = direction.shape;
  // Both are drawn whatever comes of it, so that one setting does not change what another one does.
  const bool lost = random.unit() < shape.loss;
  Duration delay = shape.delay + part_of(shape.jitter, random.unit());
  if (shape.rate_bps) {
    const Instant enters = now_ + so_far;
    const Instant starts = std::max(enters, direction.busy_until);
    if (starts - enters > shape.queue) return std::nullopt;
    direction.busy_until =
        starts +
        Duration{static_cast<Duration::rep>(datagram.bytes.size() * 8 * 1'000'000'000 / shape.rate_bps)};
    delay += direction.busy_until - enters;
  }
  return lost ? std::nullopt : std::optional(delay);
}

void VirtualNetwork::at(Instant when, std::function<void()> what) {
  events_.emplace(when, Event{{nullptr, {}}, std::move(what)});
}

bool VirtualNetwork::run_until(Instant end, const std::function<bool()>& done) {
  refresh_all();
  while (!done()) {
    const Instant next = std::min(events_.empty() ? base::kNever : events_.begin()->first, deadlines_.next());
    if (next > end) {
      set_now(end);
      return false;
    }
    set_now(next);
    if (++at_this_instant_ > kMostAtOneInstant) {
      ADD_FAILURE() << "time stands still";
      return false;
    }
    handle_events();
    wake_hosts();
  }
  return true;
}

void VirtualNetwork::handle_events() {
  std::vector<Datagram> batch;
  while (!events_.empty() && events_.begin()->first <= now_) {
    Event event = std::move(events_.extract(events_.begin()).mapped());
    if (event.second) {
      event.second();
      refresh_all();
      continue;
    }
    Access* const access = event.first.access;
    if (!access->host) continue;
    batch.clear();
    batch.push_back(std::move(event.first.datagram));
    // What comes in together is read together.
    while (!events_.empty() && events_.begin()->first <= now_ &&
           events_.begin()->second.first.access == access) {
      batch.push_back(std::move(events_.extract(events_.begin()).mapped().first.datagram));
    }
    access->host->receive(batch, now_);
    refresh(*access);
  }
}

void VirtualNetwork::wake_hosts() {
  while (const auto id = deadlines_.take_due(now_)) {
    Access& access = *accesses_[*id];
    ++wake_ups_;
    if (++at_this_instant_ > kMostAtOneInstant) return;
    access.host->advance(now_);
    refresh(access);
  }
}

void VirtualNetwork::refresh_all() {
  for (const auto& access : accesses_) {
    if (access->host) refresh(*access);
  }
}

}  // namespace kaskado::sim
