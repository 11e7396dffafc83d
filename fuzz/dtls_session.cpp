// A client and a server session with the fuzzer as the network between them: it delivers, loses, doubles,
// changes and makes up datagrams, and lets time pass. Whatever it does, the sessions must keep to their
// rules, and two that are connected have the same keys. Randomness and time are fixed, so that runs repeat.
#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "dtls/session.hpp"
#include "fuzz/support/require.hpp"
#include "fuzz/support/seeded_openssl.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::dtls;
using fuzz::certificate;
using fuzz::require;
using fuzz::seeded;
using Datagram = std::vector<std::uint8_t>;

enum Operation : std::uint8_t {
  deliver,
  lose,
  repeat,
  change,
  make_up,
  pass_time,
  send_data,
  close_session,
  operations
};

class Network {
 public:
  Network() {
    const Fingerprint fingerprint = certificate()->fingerprint().value();
    set_virtual_gettimeofday(now_);
    for (std::size_t side : {0, 1}) {
      sessions_[side] = std::make_unique<DtlsSession>(
          certificate(), side == 0 ? DtlsRole::client : DtlsRole::server, fingerprint);
      sessions_[side]->start(path_, now_, outbox_);
      collect(side);
    }
  }

  void run(base::ByteReader& program) {
    const std::uint8_t code = program.u8();
    const std::size_t to = code >> 7;
    switch (code % operations) {
      case deliver:
        deliver_next(to, false);
        break;
      case lose:
        take_next(to);
        break;
      case repeat:
        deliver_next(to, true);
        break;
      case change:
        deliver_changed(to, program);
        break;
      case make_up:
        receive(to, program.take(std::min<std::size_t>(program.u16(), program.remaining())));
        break;
      case pass_time:
        pass(std::chrono::milliseconds(10 * program.u8()));
        break;
      case send_data:
        send(to, program.u8());
        break;
      default:
        close(to);
        break;
    }
    check();
  }

 private:
  Datagram take_next(std::size_t to) {
    if (under_way_[to].empty()) return {};
    Datagram datagram = std::move(under_way_[to].front());
    under_way_[to].pop_front();
    return datagram;
  }
  void deliver_next(std::size_t to, bool twice) {
    const Datagram datagram = take_next(to);
    if (datagram.empty()) return;
    receive(to, datagram);
    if (twice) receive(to, datagram);
  }
  void deliver_changed(std::size_t to, base::ByteReader& program) {
    Datagram datagram = take_next(to);
    const std::uint8_t changes = program.u8() % 8;
    for (std::uint8_t i = 0; i <= changes && !datagram.empty(); ++i) {
      const std::size_t at = program.u16() % datagram.size();
      datagram[at] ^= program.u8();
    }
    receive(to, datagram);
  }
  void receive(std::size_t to, base::Bytes datagram) {
    const DtlsState before = sessions_[to]->state();
    const DtlsOutcome outcome = sessions_[to]->receive(datagram, path_, now_, outbox_);
    require(outcome.state_changed == (sessions_[to]->state() != before));
    while (!sessions_[to]->next_application_data().empty()) {
    }
    collect(to);
  }
  void pass(base::Duration pause) {
    now_ += pause;
    set_virtual_gettimeofday(now_);
    for (std::size_t side : {0, 1}) {
      if (sessions_[side]->deadline() > now_) continue;
      sessions_[side]->advance(path_, now_, outbox_);
      require(sessions_[side]->deadline() > now_);
      collect(side);
    }
  }
  void send(std::size_t from, std::size_t size) {
    const bool possible = size > 0 && sessions_[from]->state() == DtlsState::connected;
    require(sessions_[from]->send(Datagram(size, 1), path_, outbox_) == possible);
    collect(from);
  }
  void close(std::size_t side) {
    sessions_[side]->close(path_, now_, outbox_);
    collect(side);
  }
  void collect(std::size_t from) {
    constexpr std::size_t kMostUnderWay = 64;
    for (const base::Egress& egress : outbox_.pending()) {
      const base::Bytes bytes = outbox_.bytes(egress);
      if (under_way_[1 - from].size() < kMostUnderWay)
        under_way_[1 - from].emplace_back(bytes.begin(), bytes.end());
    }
    outbox_.clear();
  }
  void check() const {
    for (const auto& session : sessions_) {
      require(session->keys().has_value() == (session->state() == DtlsState::connected));
      require(session->why().empty() == (session->state() != DtlsState::failed));
    }
    if (sessions_[0]->keys() && sessions_[1]->keys()) {
      require(sessions_[0]->keys()->local_key_room == sessions_[1]->keys()->remote_key_room);
      require(sessions_[0]->keys()->profile_id == sessions_[1]->keys()->profile_id);
    }
  }

  base::Instant now_{};
  base::Path path_{0, base::SocketAddress::v4({192, 0, 2, 1}, 5000)};
  base::Outbox outbox_;
  std::unique_ptr<DtlsSession> sessions_[2];
  std::deque<Datagram> under_way_[2];  // by who is to receive it
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  certificate();
  seeded() = base::SeededRandom(1);
  base::ByteReader program({data, size});
  Network network;
  for (int steps = 0; steps < 200 && program.remaining() > 0; ++steps) network.run(program);
  return 0;
}
