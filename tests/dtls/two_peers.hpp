// Two sessions with a virtual link between them: seeded delay, reordering, loss and duplicates, and a filter
// for datagrams that a test wants to see lost.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/random.hpp"
#include "dtls/session.hpp"
#include "virtual_gettimeofday.hpp"

namespace kaskado::dtls {

using namespace std::chrono_literals;
using Datagram = std::vector<std::uint8_t>;

// Made once a test executable.
inline std::shared_ptr<const Certificate> test_certificate(KeyType type, int which = 0) {
  static std::map<std::pair<KeyType, int>, std::shared_ptr<const Certificate>> made;
  auto& certificate = made[{type, which}];
  if (!certificate)
    certificate = Certificate::generate(type, base::WallTime{1'800'000'000'000'000'000}).value();
  return certificate;
}

struct LinkShape {
  double loss = 0;
  double duplication = 0;
  base::Duration delay = 20ms;
  base::Duration jitter = 0ms;
};

class TwoPeers {
 public:
  enum Side : std::size_t { client = 0, server = 1 };
  struct Options {
    std::shared_ptr<const Certificate> certificates[2] = {test_certificate(KeyType::ecdsa_p256, 0),
                                                          test_certificate(KeyType::ecdsa_p256, 1)};
    // What each side expects of the other; the true one where `expects` is left as it is.
    Fingerprint expects[2] = {certificates[1]->fingerprint().value(), certificates[0]->fingerprint().value()};
    std::vector<std::uint16_t> profiles[2] = {{kDefaultSrtpProfiles.begin(), kDefaultSrtpProfiles.end()},
                                              {kDefaultSrtpProfiles.begin(), kDefaultSrtpProfiles.end()}};
    std::size_t mtu_bytes = DtlsSession::kDefaultMtuBytes;
    LinkShape link;
    std::uint64_t seed = 1;
  };

  explicit TwoPeers(const Options& options) : link_(options.link), random_(options.seed) {
    set_virtual_gettimeofday(now_);
    for (const Side side : {client, server})
      sessions_[side] = std::make_unique<DtlsSession>(
          options.certificates[side], side == client ? DtlsRole::client : DtlsRole::server,
          options.expects[side], options.profiles[side], options.mtu_bytes);
  }

  DtlsSession& operator[](Side side) { return *sessions_[side]; }
  base::Instant now() const { return now_; }
  base::Outbox& outbox(Side side) { return outboxes_[side]; }
  const base::Path& path() const { return path_; }
  const std::vector<Datagram>& sent() const { return sent_; }
  // Sees each datagram with its number over both directions; true loses it.
  std::function<bool(std::size_t number, Side from, const Datagram&)> loses;
  // Every application record that came in.
  std::vector<Datagram> received[2];

  void start() {
    for (const Side side : {server, client}) {
      sessions_[side]->start(path_, now_, outboxes_[side]);
      collect(side);
    }
  }

  // Until nothing is under way and due before `end`, or `done` holds.
  void run_until(
      base::Instant end, const std::function<bool()>& done = [] { return false; }) {
    while (!done()) {
      const base::Instant next = next_event();
      if (next > end) break;
      now_ = std::max(now_, next);
      set_virtual_gettimeofday(now_);
      deliver_due();
      for (const Side side : {client, server}) {
        if (sessions_[side]->deadline() > now_) continue;
        sessions_[side]->advance(path_, now_, outboxes_[side]);
        collect(side);
      }
    }
  }
  // As run_until(), and then it is `pause` later.
  void pass(base::Duration pause) {
    const base::Instant end = now_ + pause;
    run_until(end);
    now_ = end;
    set_virtual_gettimeofday(now_);
  }
  bool both(DtlsState state) const {
    return sessions_[0]->state() == state && sessions_[1]->state() == state;
  }
  void connect() {
    start();
    run_until(now_ + 60s, [&] { return both(DtlsState::connected); });
  }

  // Puts what a session has written under way.
  void collect(Side from) {
    for (const base::Egress& egress : outboxes_[from].pending()) {
      const base::Bytes bytes = outboxes_[from].bytes(egress);
      carry(from, Datagram(bytes.begin(), bytes.end()));
    }
    outboxes_[from].clear();
  }
  bool send(Side from, const Datagram& data) {
    const bool sent = sessions_[from]->send(data, path_, outboxes_[from]);
    collect(from);
    return sent;
  }
  base::DropReason deliver(Side to, const Datagram& datagram) {
    const DtlsOutcome outcome = sessions_[to]->receive(datagram, path_, now_, outboxes_[to]);
    for (base::Bytes data = sessions_[to]->next_application_data(); !data.empty();
         data = sessions_[to]->next_application_data())
      received[to].emplace_back(data.begin(), data.end());
    collect(to);
    return outcome.drop;
  }

 private:
  void carry(Side from, Datagram datagram) {
    const std::size_t number = sent_.size();
    sent_.push_back(datagram);
    const bool lost = (loses && loses(number, from, datagram)) || random_.unit() < link_.loss;
    const int copies = lost ? 0 : random_.unit() < link_.duplication ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
      const auto jitter = base::Duration{
          static_cast<std::int64_t>(random_.unit() * static_cast<double>(link_.jitter.count()))};
      under_way_.emplace(now_ + link_.delay + jitter, std::pair{from == client ? server : client, datagram});
    }
  }
  base::Instant next_event() const {
    const base::Instant arrival = under_way_.empty() ? base::kNever : under_way_.begin()->first;
    return std::min({arrival, sessions_[0]->deadline(), sessions_[1]->deadline()});
  }
  void deliver_due() {
    while (!under_way_.empty() && under_way_.begin()->first <= now_) {
      const auto [to, datagram] = under_way_.begin()->second;
      under_way_.erase(under_way_.begin());
      deliver(to, datagram);
    }
  }

  LinkShape link_;
  base::SeededRandom random_;
  base::Instant now_{};
  base::Path path_{0, base::SocketAddress::v4({192, 0, 2, 1}, 5000)};
  std::unique_ptr<DtlsSession> sessions_[2];
  base::Outbox outboxes_[2];
  std::multimap<base::Instant, std::pair<Side, Datagram>> under_way_;
  std::vector<Datagram> sent_;
};

}  // namespace kaskado::dtls
