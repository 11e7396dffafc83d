// What may be sent on a transport, from the feedback about what was: Google's congestion control
// (draft-ietf-rmcat-gcc-02) on transport-wide feedback.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "rtp/bandwidth/acknowledged_rate.hpp"
#include "rtp/bandwidth/arrival_groups.hpp"
#include "rtp/bandwidth/loss_control.hpp"
#include "rtp/bandwidth/prober.hpp"
#include "rtp/bandwidth/rate_control.hpp"
#include "rtp/bandwidth/sent_packets.hpp"
#include "rtp/bandwidth/trendline.hpp"
#include "rtp/transport_feedback.hpp"

namespace kaskado::rtp {

// Bits per second, with all that is in the datagrams.
class SendSideEstimator {
 public:
  static constexpr double kStart_bps = 300'000;
  static constexpr double kLeast_bps = 30'000;
  static constexpr double kMost_bps = 1e9;
  // Feedback that is older is no news.
  static constexpr base::Duration kFresh = std::chrono::seconds{1};

  // Appends to `lost` the numbers of packets of video that are now taken for lost.
  void receive(const TransportFeedback& feedback, SentPackets& sent, base::Instant now, std::vector<SequenceNumber>& lost);
  // Feedback stays away, or a probe goes on.
  void advance(const SentPackets& sent, base::Instant now);
  base::Instant deadline() const;

  // False until enough has been heard for target_bps() to mean something.
  bool knows() const { return known_; }
  bool is_fresh(base::Instant now) const { return heard_ && now - *heard_ < kFresh; }
  std::uint64_t target_bps() const;
  // The path has shown a limit at some time: a queue that grew, or losses.
  bool has_met_limit() const { return rate_.last_decrease() || losses_.limit_bps() < kMost_bps; }
  // Within the last eight seconds.
  bool has_met_limit_lately(base::Instant now) const {
    const auto last = rate_.last_decrease();
    return (last && now - *last < std::chrono::seconds{8}) || losses_.limit_bps() < kMost_bps;
  }
  // A queue has grown lately: sending has to be even.
  bool is_limiting(base::Instant now) const;

  // How much anybody could make use of; 0: whatever there is. Probes go no further.
  void set_wanted_bps(std::uint64_t bps) { wanted_bps_ = static_cast<double>(bps); }
  // Where there is something to fill clusters with, the estimator starts some by itself.
  void may_probe(bool may) { may_probe_ = may; }
  Prober& prober() { return prober_; }
  base::Instant probe_deadline() const { return prober_.deadline(); }

  base::Duration rtt() const { return rtt_; }  // with what the receiver waits before it reports; 0: not known
  double fraction_lost() const { return losses_.fraction_lost(); }
  double lost_anyway() const { return losses_.lost_anyway(); }  // of 1, over some seconds, not by a full queue
  std::optional<double> acknowledged_bps() const { return acknowledged_.bps(); }
  base::Duration queueing() const { return queueing_; }

 private:
  base::Duration unwrap(base::Duration arrival);
  void note_arrival(const Settled& settled, base::Duration arrived, base::Instant now);
  void note_way(const Settled& settled, base::Duration arrived, base::Instant now);
  void update(base::Instant now);
  void consider_probe(const SentPackets& sent, base::Instant now);
  void take_probe(base::Instant now);
  double drain_factor() const;

  ArrivalGroups groups_;
  Trendline trend_;
  AcknowledgedRate acknowledged_;
  RateControl rate_{kStart_bps};
  LossControl losses_;
  Prober prober_;
  NetworkUse heard_use_ = NetworkUse::normal;  // the worst of the message that is being read
  bool known_ = false;
  bool may_probe_ = false;
  std::optional<base::Instant> heard_;
  std::optional<base::Instant> first_heard_;
  std::optional<base::Instant> collapsed_;   // when the rate last fell far
  base::Instant cut_{};                      // when silence last lowered the rate
  std::optional<base::Duration> reference_;  // the newest arrival, unwrapped
  base::Duration rtt_{};
  base::Duration queueing_{};  // of the newest packet, beyond the quickest one of the last twenty seconds
  std::int64_t quickest_us_ = INT64_MAX;
  std::int64_t quickest_before_us_ = INT64_MAX;
  base::Instant quickest_since_{};
  double silence_bps_ = kMost_bps;
  double wanted_bps_ = 0;
  base::Instant next_probe_{};
  base::Duration probe_wait_{};
  double found_bps_ = 0;  // by the last probe, if that failed
};

}  // namespace kaskado::rtp
