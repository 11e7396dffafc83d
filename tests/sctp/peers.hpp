// Two ends of an association on virtual time, with a seeded network between them.
#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "sctp/data_channels.hpp"

namespace kaskado::sctp {

struct Weather {
  double loss = 0;
  double duplicates = 0;
  base::Duration delay = std::chrono::milliseconds{20};
  base::Duration jitter{};  // packets overtake each other by this much
};

// One end: what happened to it, told apart.
class Peer {
 public:
  Peer(const DataChannelsConfig& config, base::Instant now) : channels(config, now) {}

  DataChannels channels;
  std::vector<ChannelId> opened;
  std::vector<ChannelId> closed;
  std::vector<ChannelMessage> messages;
  std::size_t longest_packet_bytes = 0;
  bool reads = true;

  std::string text(std::size_t index) const {
    return {messages.at(index).bytes.begin(), messages.at(index).bytes.end()};
  }
};

inline std::shared_ptr<const MessageBytes> bytes_of(std::string_view text) {
  return std::make_shared<MessageBytes>(text.begin(), text.end());
}

class Peers {
 public:
  explicit Peers(Weather weather = {}, std::uint64_t seed = 1);
  Peers(Weather weather, const DataChannelsConfig& client, const DataChannelsConfig& server,
        std::uint64_t seed = 1);

  ~Peers();
  Peers(const Peers&) = delete;

  base::Instant now() const { return now_; }
  // Lets time pass until `done`, or nothing is left to happen, or `limit` has passed.
  bool run_until(const std::function<bool()>& done, base::Duration limit = std::chrono::seconds{120});
  void run_for(base::Duration time) {
    run_until([] { return false; }, time);
  }
  // Both ends know of the association.
  bool connect();
  // A channel of the client's that is open on both ends.
  ChannelId open(ChannelParameters parameters);
  void cut(bool is_cut) { is_cut_ = is_cut; }
  std::size_t sent() const { return sent_; }
  // When there is something to do next.
  base::Instant deadline() const;

 private:
  struct InFlight {
    base::Instant at;
    std::uint64_t number;
    Peer* to;
    std::vector<std::uint8_t> bytes;
    bool operator>(const InFlight& other) const {
      return std::tie(at, number) > std::tie(other.at, other.number);
    }
  };

  void step(base::Instant to);
  void settle(Peer& peer, Peer& other);
  void send(base::Bytes packet, Peer& to);

  Weather weather_;
  std::mt19937_64 random_;
  base::Instant now_;
  bool is_cut_ = false;
  std::size_t sent_ = 0;
  std::priority_queue<InFlight, std::vector<InFlight>, std::greater<>> network_;

 public:
  Peer client;
  Peer server;
};

}  // namespace kaskado::sctp
