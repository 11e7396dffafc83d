// Finds the holes in a received stream and asks for what is missing (RFC 4585 §6.2.1), for a while.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "rtp/rtcp_builder.hpp"

namespace kaskado::rtp {

struct NackParams {
  base::Duration reorder_delay = std::chrono::milliseconds{10};  // before the first request
  base::Duration min_interval = std::chrono::milliseconds{20};   // between requests, where the RTT is shorter
  base::Duration give_up_after = std::chrono::seconds{1};
  std::uint8_t max_requests = 10;
};

// One a received stream. Sequence numbers are extended ones. At most kMaxMissing are asked for: when more are
// missing, those before the newest key frame go first, and if that is not enough all of them.
class NackGenerator {
 public:
  static constexpr std::size_t kMaxMissing = 512;

  explicit NackGenerator(const NackParams& params = {}) : params_(params) { missing_.reserve(kMaxMissing); }

  // Every packet, once. True where it had been asked for and came after all.
  bool receive(std::uint64_t extended, bool starts_key_frame, base::Instant now);
  // Writes one NACK for what is due; what does not fit stays due.
  void advance(base::Instant now, Ssrc sender, Ssrc media, RtcpBuilder& builder);
  base::Instant deadline() const { return next_due_; }
  void set_rtt(base::Duration rtt) { rtt_ = rtt; }
  // Asks for nothing before then. What is given up meanwhile is given up.
  void hold(base::Instant until);
  // The sender started anew: nothing of before can be had.
  void reset();

  // Whether packets that decoding needs were given up since the last call, so that a key frame is wanted.
  bool take_gave_up() { return std::exchange(gave_up_, false); }
  std::size_t missing() const { return missing_.size(); }
  std::uint64_t requested() const { return requested_; }
  std::uint64_t messages() const { return messages_; }
  std::uint64_t recovered() const { return recovered_; }

 private:
  struct Missing {
    std::uint64_t extended;
    base::Instant since;
    base::Instant due;
    std::uint8_t requests;
  };

  bool forget(std::uint64_t extended);
  void add_hole(std::uint64_t first, std::uint64_t end, base::Instant now);
  void make_room(std::size_t count);
  void give_up_old(base::Instant now);
  void find_next_due();

  NackParams params_;
  std::vector<Missing> missing_;  // ascending
  std::uint64_t lowest_ = 0;
  std::uint64_t highest_ = 0;  // 0 before the first packet
  std::uint64_t newest_key_frame_ = 0;
  base::Duration rtt_ = std::chrono::milliseconds{100};
  base::Instant next_due_ = base::kNever;
  base::Instant held_until_{};
  std::uint64_t requested_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t recovered_ = 0;
  bool gave_up_ = false;
};

}  // namespace kaskado::rtp
