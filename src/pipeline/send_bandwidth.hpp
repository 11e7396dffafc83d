// What a session's peer takes, by its transport-wide feedback; who is told of it, and when sending is spread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/outbox.hpp"
#include "base/time.hpp"
#include "pipeline/playout_delay.hpp"
#include "rtp/bandwidth/send_side_estimator.hpp"
#include "transport/egress_line.hpp"

namespace kaskado::pipeline {

// One a session whose peer gives such feedback; the line is the session's and is under control meanwhile.
class SendBandwidth {
 public:
  // A change is told at once where it is a fall by a tenth, else as often as this.
  static constexpr base::Duration kTellEvery = std::chrono::milliseconds{200};
  // Without feedback for as long nothing is known any more.
  static constexpr base::Duration kForgotten = std::chrono::seconds{3};

  explicit SendBandwidth(transport::EgressLine& line) : line_(line) {}

  // The numbers of packets of video that are now taken for lost; valid until the next call.
  std::span<const rtp::SequenceNumber> receive(const rtp::TransportFeedback& feedback, base::Instant now);
  // What there is to be told to the video's source: bits per second of video, 0 that it is not known any
  // more. Behind feedback, and when deadline() has come.
  std::optional<std::uint64_t> advance(base::Instant now, base::Outbox& outbox);
  base::Instant deadline() const;
  // What more than now could be made use of, as RtpSink::useful_bps() has it; asked before feedback is taken. What has shown a
  // limit is looked at again by probes then, where what is sent is near the estimate.
  void set_useful_bps(std::optional<std::uint64_t> video_bps);
  // What has to go now beyond media, for a probe.
  std::size_t due_probe_bytes(base::Instant now);
  // There is nothing to probe with.
  void stop_probe() { estimator_.prober().stop(); }
  // How long the peer should keep pictures, if it is told. `rtt` as its reports have it.
  std::optional<base::Duration> advance_playout(base::Duration rtt, base::Instant now) {
    return playout_.advance(estimator_.lost_anyway(), rtt, now);
  }
  // The path has shown no limit lately: it may well take more than was tried.
  bool may_be_more(base::Instant now) const { return !estimator_.has_met_limit_lately(now); }
  // Of all that goes out; 0 where it is not known.
  std::uint64_t available_bps() const { return told_bps_ == 0 ? 0 : estimator_.target_bps(); }
  const rtp::SendSideEstimator& estimator() const { return estimator_; }

 private:
  void set_pace(base::Instant now, base::Outbox& outbox);
  std::uint64_t audio_bps(base::Instant now);
  bool has_seen_video(base::Instant now);

  transport::EgressLine& line_;
  rtp::SendSideEstimator estimator_;
  PlayoutDelay playout_;
  std::vector<rtp::SequenceNumber> lost_;
  std::uint64_t told_bps_ = 0;
  base::Instant told_{};
  base::Instant heard_{};
  std::optional<base::Instant> video_since_;
  // Of sound, which has its share before video.
  std::uint64_t audio_bps_ = 0;
  std::uint64_t audio_bytes_before_ = 0;
  base::Instant audio_counted_{};
};

}  // namespace kaskado::pipeline
