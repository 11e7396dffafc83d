// A short burst that is faster than the estimate shows whether there is more to have (as in libwebrtc's
// clusters; draft-ietf-rmcat-gcc-02 leaves it open).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "rtp/bandwidth/sent_packets.hpp"

namespace kaskado::rtp {

// One cluster at a time: media as it comes, filled up with what the caller has to repeat or to pad with.
class Prober {
 public:
  // At the rate for 15 ms, and at least five packets. `next` is the number of the next packet.
  void begin(double rate_bps, std::uint64_t next, base::Instant now);
  bool sending() const { return sending_; }
  // How much is to be sent now beyond media, while sending: `sent_bytes` is all that the transport has ever
  // sent. Ends the cluster when it is whole.
  std::size_t due_bytes(std::uint64_t sent_bytes, std::uint64_t next, base::Instant now);
  // When due_bytes() is to be asked next.
  base::Instant deadline() const { return sending_ ? next_ : base::kNever; }
  void stop() { sending_ = waiting_ = false; }

  // Feedback of any packet; those of other times are left out.
  void note(const Settled& settled, base::Duration arrived);
  // What the cluster has shown, once, when feedback of its last packet has come: bits per second.
  struct Outcome {
    double asked_bps = 0;
    double rate_bps = 0;  // 0: nothing
  };
  std::optional<Outcome> take_outcome();
  bool waiting() const { return waiting_; }

 private:
  double outcome_bps() const;

  double rate_bps_ = 0;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;  // of the cluster
  std::uint64_t sent_before_ = 0;
  bool counting_ = false;  // sent_before_ is known
  base::Instant since_{};
  base::Instant next_{};
  bool sending_ = false;
  bool waiting_ = false;  // for feedback
  // What came of it.
  std::uint64_t newest_ = 0;
  std::uint32_t packets_ = 0;
  std::uint32_t bytes_ = 0;
  std::uint32_t first_bytes_ = 0;
  std::uint32_t last_bytes_ = 0;
  std::uint32_t first_sent_us_ = 0;
  std::uint32_t last_sent_us_ = 0;
  base::Duration first_arrived_{};
  base::Duration last_arrived_{};
};

}  // namespace kaskado::rtp
