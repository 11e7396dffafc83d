// The loss-based limit (draft-ietf-rmcat-gcc-02 §6), for ways that lose instead of queueing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/time.hpp"
#include "rtp/bandwidth/sent_packets.hpp"

namespace kaskado::rtp {

// Some ways lose a share of everything, however little is sent. A queue that overflows loses while it is
// long: what is lost while it is less than half as long as it has been lately is the way's own, up to 12 %,
// and only what is lost beyond that counts as congestion. Where no queue shows, all of it does, until falling
// has shown that it does not help.
class LossControl {
 public:
  // `queueing` is how long the packet that came before had waited.
  void count(const Settled& settled, base::Duration queueing);
  // `rate_bps` is what is being sent at. Looks at windows of half a second and fifty packets, or more.
  void update(double rate_bps, base::Instant now);
  double limit_bps() const { return limit_bps_; }
  // So much has come through at once. Only where a queue shows is that taken for proof: the queue will say when it is too much.
  void lift(double rate_bps) {
    if (shows_queue()) limit_bps_ = std::max(limit_bps_, rate_bps);
  }
  // Of 1: in the last window, and of the way's own.
  double fraction_lost() const { return fraction_; }
  double usual_loss() const { return usual_; }
  // What gets lost whatever is sent, as far as is known: where no queue shows, all of it.
  double lost_anyway() const { return shows_queue() ? usual_ : smoothed_; }

 private:
  static constexpr double kLeastQueue_ms = 15;
  static constexpr double kNoLimit = std::numeric_limits<double>::infinity();
  void judge(double rate_bps, double seconds);
  bool shows_queue() const { return longest_ms_ >= kLeastQueue_ms; }
  bool tells_apart() const;  // losses of the way from those of its queue
  void fall(double rate_bps, double beyond);

  std::int32_t received_ = 0;  // in this window
  std::int32_t lost_ = 0;      // less those that came after all
  base::Instant since_{};
  double fraction_ = 0;
  double limit_bps_ = kNoLimit;
  double longest_ms_ = 0;     // of the queue, lately
  double usual_ = 0;          // of 1
  double smoothed_ = 0;       // fraction_, over some windows
  double fell_from_bps_ = 0;  // in this series of falls; 0 where there is none
  double lost_then_ = 0;      // of 1, when it began
  double calm_ = 0;           // packets behind a short queue, the older the less
  double calm_lost_ = 0;      // of them
};

}  // namespace kaskado::rtp
