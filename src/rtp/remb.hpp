// Receiver-estimated maximum bitrate: an estimate for the publishers that this server receives from, and the
// relay of what subscribers ask for (draft-alvestrand-rmcat-remb-03).
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "base/time.hpp"

namespace kaskado::rtp {

// Kurento's tuning knobs, with their meaning and defaults (RembParams of the client API).
struct RembParams {
  std::uint32_t packets_recv_interval_top = 100;  // so many packets make the newest loss count alone
  double exponential_factor = 0.04;               // growth below the threshold, each update
  std::uint32_t lineal_factor_min_bps = 50;       // growth above it, each update, at least
  double lineal_factor_grade = 30;                // updates from the threshold back to where losses began
  double decrement_factor = 0.5;                  // of the estimate is left after losses
  double threshold_factor = 0.8;                  // of the estimate before losses is the next threshold
  std::uint32_t up_losses = 12;                   // of 256; less is not seen as congestion
  std::uint64_t remb_on_connect_bps = 300'000;
};

// What came in during the last interval, of all video of one sender.
struct ReceivedInterval {
  std::uint8_t fraction_lost = 0;  // of 256
  std::uint32_t packets = 0;
  std::uint64_t bitrate_bps = 0;
};

// Grows by a share below the threshold and by a step above it, falls when losses last. Never asks for more
// than twice of what has been seen to come, so that an idle sender does not let it run away.
class RembGenerator {
 public:
  static constexpr base::Duration kInterval = std::chrono::milliseconds{500};

  explicit RembGenerator(const RembParams& params);

  // Each kInterval; before deadline() it does nothing. True where the estimate was renewed and may be sent.
  bool advance(const ReceivedInterval& interval, base::Instant now);
  base::Instant deadline() const { return due_; }
  std::uint64_t bitrate_bps() const { return static_cast<std::uint64_t>(estimate_bps_); }

 private:
  void grow();
  void shrink();

  RembParams params_;
  double estimate_bps_;
  double threshold_bps_ = std::numeric_limits<double>::infinity();
  double step_bps_;
  double loss_ = 0;          // of 256, smoothed
  double received_bps_ = 0;  // smoothed
  double peak_bps_ = 0;
  base::Instant due_{};  // the first call is always in time
};

// The newest REMB of each subscriber of one source, of which the smallest goes to its sender. At most
// `max_subscribers` count; those beyond are not heard.
class RembRelay {
 public:
  static constexpr base::Duration kExpiry = std::chrono::seconds{5};

  explicit RembRelay(std::size_t max_subscribers) : max_subscribers_(max_subscribers) {}

  // `subscriber` is the caller's id. False where there are too many already.
  bool receive(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now);
  void forget(std::uint32_t subscriber);
  // The smallest that is not older than kExpiry; 0 where no subscriber says anything.
  std::uint64_t smallest_bps(base::Instant now);
  // The greatest of subscribers other than `except`, likewise.
  std::uint64_t greatest_bps(std::uint32_t except, base::Instant now) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint32_t subscriber;
    std::uint64_t bitrate_bps;
    base::Instant expires;
  };
  std::vector<Entry>::iterator find(std::uint32_t subscriber);

  std::size_t max_subscribers_;
  std::vector<Entry> entries_;  // by subscriber, ascending
};

}  // namespace kaskado::rtp
