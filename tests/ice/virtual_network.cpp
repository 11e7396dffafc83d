#include "virtual_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kaskado::ice::test {

Candidate host_candidate(const SocketAddress& address, std::uint16_t local_preference) {
  Candidate candidate;
  candidate.foundation = "h" + std::to_string(address.hash() % 100000);
  candidate.address = address;
  candidate.priority = candidate_priority(CandidateType::host, local_preference);
  return candidate;
}

Host& VirtualNetwork::add_host(const char* name, IceConfig config, std::vector<SocketAddress> addresses) {
  auto host = std::make_unique<Host>();
  host->name = name;
  host->addresses = std::move(addresses);
  host->credentials = config.local = Credentials::generate(random_);
  host->agent = std::make_unique<IceAgent>(config, random_);
  for (std::size_t i = 0; i < host->addresses.size(); ++i) {
    host->agent->add_local_candidate(host->candidate(i), static_cast<std::uint8_t>(i), now_);
  }
  hosts_.push_back(std::move(host));
  return *hosts_.back();
}

void VirtualNetwork::signal_credentials(Host& from, Host& to, bool from_is_lite) {
  ASSERT_TRUE(to.agent->set_remote_credentials(from.credentials, from_is_lite, now_));
}

void VirtualNetwork::introduce(Host& a, Host& b, bool a_is_lite, bool b_is_lite) {
  signal_credentials(a, b, a_is_lite);
  signal_credentials(b, a, b_is_lite);
  for (std::size_t i = 0; i < a.addresses.size(); ++i) b.agent->add_remote_candidate(a.candidate(i), now_);
  for (std::size_t i = 0; i < b.addresses.size(); ++i) a.agent->add_remote_candidate(b.candidate(i), now_);
  a.agent->end_of_remote_candidates(now_);
  b.agent->end_of_remote_candidates(now_);
}

base::Instant VirtualNetwork::next_deadline() const {
  base::Instant next = events_.empty() ? base::kNever : events_.begin()->first;
  for (const auto& host : hosts_) next = std::min(next, host->agent->deadline());
  return next;
}

bool VirtualNetwork::run(base::Duration how_long, const std::function<bool()>& done) {
  const base::Instant until = now_ + how_long;
  int at_one_instant = 0;
  while (!done()) {
    const base::Instant next = next_deadline();
    if (next > until) {
      now_ = until;
      return false;
    }
    at_one_instant = next > now_ ? 0 : at_one_instant + 1;
    EXPECT_LT(at_one_instant, 1000) << "time stands still";
    if (at_one_instant >= 1000) return false;
    now_ = std::max(now_, next);
    if (!events_.empty() && events_.begin()->first <= now_) {
      const auto event = events_.extract(events_.begin());
      event.mapped()();
    }
    for (const auto& host : hosts_) {
      if (host->agent->deadline() > now_) continue;
      ++host->advances;
      note(*host, host->agent->advance(now_, outbox_));
      flush(*host);
    }
  }
  return true;
}

void VirtualNetwork::at(base::Duration after, std::function<void()> what) {
  events_.emplace(now_ + after, std::move(what));
}

void VirtualNetwork::flush(Host& host) {
  for (const base::Egress& egress : outbox_.pending()) {
    const auto bytes = outbox_.bytes(egress);
    ++host.sent;
    host.sent_bytes += bytes.size();
    send({host.addresses.at(egress.path.port_index), egress.path.remote, {bytes.begin(), bytes.end()}});
  }
  outbox_.clear();
}

void VirtualNetwork::send(Datagram datagram) {
  if (wire && !wire(datagram)) return;
  const int copies = random_.unit() < duplication ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    if (random_.unit() < loss) continue;
    const auto spread = static_cast<double>((max_delay - min_delay).count());
    const auto delay = min_delay + base::Duration(static_cast<std::int64_t>(spread * random_.unit()));
    at(delay, [this, datagram] { deliver(datagram); });
  }
}

void VirtualNetwork::deliver(const Datagram& datagram) {
  for (const auto& host : hosts_) {
    const auto found = std::find(host->addresses.begin(), host->addresses.end(), datagram.to);
    if (found == host->addresses.end()) continue;
    ++delivered_;
    const Path path{static_cast<std::uint8_t>(found - host->addresses.begin()), datagram.from};
    note(*host, host->agent->receive(datagram.bytes, path, now_, outbox_));
    flush(*host);
  }
}

void VirtualNetwork::note(Host& host, const IceOutcome& outcome) {
  if (outcome.drop != base::DropReason::none) ++host.drops[outcome.drop];
  if (outcome.selected_changed) ++host.selected_changes;
  const IceState state = host.agent->state();
  const IceState before = host.states.empty() ? IceState::idle : host.states.back();
  EXPECT_TRUE(outcome.state_changed || state == before) << host.name << " did not tell";
  if (outcome.state_changed) host.states.push_back(state);
}

namespace {
IceConfig with_role(IceRole role, bool lite = false) {
  IceConfig config;
  config.role = role;
  config.lite = lite;
  return config;
}
}  // namespace

Duo::Duo(std::uint64_t seed, IceRole left_role, IceRole right_role, bool left_lite)
    : network(seed),
      left(network.add_host("left", with_role(left_role, left_lite), {address("10.0.0.1", 1000)})),
      right(network.add_host("right", with_role(right_role), {address("10.0.0.2", 2000)})) {}

bool Duo::connect(base::Duration within) {
  network.introduce(left, right, left.agent->lite(), right.agent->lite());
  return network.run(within, [&] { return both(IceState::ready); });
}

bool Duo::agree() const {
  const auto a = left.agent->selected_pair();
  const auto b = right.agent->selected_pair();
  return a && b && a->local.address == b->remote.address && a->remote.address == b->local.address &&
         a->nominated && b->nominated;
}

}  // namespace kaskado::ice::test
