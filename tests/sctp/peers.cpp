#include "peers.hpp"

#include "virtual_gettimeofday.hpp"

namespace kaskado::sctp {
namespace {

// Each test begins later than the one before, for usrsctp's clock goes on; pairs that stand together begin
// together.
int standing = 0;
base::Instant beginning{};

base::Instant begin() {
  if (standing++ == 0) beginning += std::chrono::hours{24};
  dtls::set_virtual_gettimeofday(beginning);
  return beginning;
}

DataChannelsConfig end_of(bool dtls_client) {
  return {.dtls_client = dtls_client, .remote_max_message_bytes = DataChannels::kMaxMessageBytes};
}

}  // namespace

Peers::Peers(Weather weather, std::uint64_t seed) : Peers(weather, end_of(true), end_of(false), seed) {}

Peers::Peers(Weather weather, const DataChannelsConfig& client_config,
             const DataChannelsConfig& server_config, std::uint64_t seed)
    : weather_(weather),
      random_(seed),
      now_(begin()),
      client(client_config, now_),
      server(server_config, now_) {}

Peers::~Peers() {
  --standing;
}

void Peers::send(base::Bytes packet, Peer& to) {
  const auto draw = [this](double share) { return std::uniform_real_distribution<>(0, 1)(random_) < share; };
  ++sent_;
  if (is_cut_ || draw(weather_.loss)) return;
  for (int copies = draw(weather_.duplicates) ? 2 : 1; copies > 0; --copies) {
    const auto jitter =
        base::Duration{std::uniform_int_distribution<std::int64_t>(0, weather_.jitter.count())(random_)};
    network_.push({now_ + weather_.delay + jitter, sent_, &to, {packet.begin(), packet.end()}});
  }
}

void Peers::settle(Peer& peer, Peer& other) {
  peer.channels.flush(now_);
  while (peer.reads) {
    auto event = peer.channels.next_event(now_);
    if (!event) break;
    if (const auto* const opened = std::get_if<ChannelOpened>(&*event)) peer.opened.push_back(opened->id);
    if (const auto* const closed = std::get_if<ChannelClosed>(&*event)) peer.closed.push_back(closed->id);
    if (auto* const message = std::get_if<ChannelMessage>(&*event))
      peer.messages.push_back(std::move(*message));
  }
  for (base::Bytes packet; !(packet = peer.channels.next_packet()).empty();) {
    peer.longest_packet_bytes = std::max(peer.longest_packet_bytes, packet.size());
    send(packet, other);
  }
}

base::Instant Peers::deadline() const {
  const base::Instant machines = std::min(client.channels.deadline(), server.channels.deadline());
  return network_.empty() ? machines : std::min(machines, network_.top().at);
}

void Peers::step(base::Instant to) {
  now_ = std::max(now_, to);
  dtls::set_virtual_gettimeofday(now_);
  while (!network_.empty() && network_.top().at <= now_) {
    const InFlight packet = network_.top();
    network_.pop();
    packet.to->channels.receive(packet.bytes, now_);
    settle(*packet.to, packet.to == &client ? server : client);
  }
  if (client.channels.deadline() <= now_) client.channels.advance(now_);
  if (server.channels.deadline() <= now_) server.channels.advance(now_);
  settle(client, server);
  settle(server, client);
}

bool Peers::run_until(const std::function<bool()>& done, base::Duration limit) {
  const base::Instant end = now_ + limit;
  settle(client, server);
  settle(server, client);
  while (!done()) {
    if (deadline() > end) {
      step(end);
      return done();
    }
    step(deadline());
  }
  return true;
}

bool Peers::connect() {
  return run_until([this] { return client.channels.is_established() && server.channels.is_established(); });
}

ChannelId Peers::open(ChannelParameters parameters) {
  const ChannelId id = client.channels.open(std::move(parameters), now_).value();
  const std::size_t before = client.opened.size();
  run_until([&] { return client.opened.size() > before; });
  return id;
}

}  // namespace kaskado::sctp
