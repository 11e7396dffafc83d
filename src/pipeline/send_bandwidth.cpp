#include "pipeline/send_bandwidth.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::pipeline {

namespace {

using namespace std::chrono_literals;

constexpr base::Duration kCountAudio = 1s;
constexpr base::Duration kVideoProven = 700ms;
// Of what is available: however much sound there is, some is left for video.
constexpr std::uint64_t kLeastVideoShare = 4;
// Of the estimate: who sends less is held back by something else.
constexpr double kUsed = 0.7;

}  // namespace

std::span<const rtp::SequenceNumber> SendBandwidth::receive(const rtp::TransportFeedback& feedback, base::Instant now) {
  lost_.clear();
  rtp::SentPackets* const sent = line_.sent();
  if (!sent) return lost_;
  heard_ = now;
  estimator_.receive(feedback, *sent, now, lost_);
  return lost_;
}

std::optional<std::uint64_t> SendBandwidth::advance(base::Instant now, base::Outbox& outbox) {
  if (line_.sent() && estimator_.deadline() <= now) estimator_.advance(*line_.sent(), now);
  set_pace(now, outbox);
  if (!estimator_.knows()) return std::nullopt;
  if (now - heard_ >= kForgotten)
    return std::exchange(told_bps_, 0) == 0 ? std::nullopt : std::optional<std::uint64_t>(0);
  if (!has_seen_video(now) && !estimator_.has_met_limit()) return std::nullopt;
  const std::uint64_t available = estimator_.target_bps();
  const std::uint64_t video_bps =
      available - std::min(audio_bps(now), available / kLeastVideoShare * (kLeastVideoShare - 1));
  const bool falls = told_bps_ != 0 && video_bps < told_bps_ / 10 * 9;
  if (!falls && now - told_ < kTellEvery) return std::nullopt;
  told_ = now;
  told_bps_ = video_bps;
  return video_bps;
}

void SendBandwidth::set_useful_bps(std::optional<std::uint64_t> video_bps) {
  const auto target = static_cast<double>(estimator_.target_bps());
  const bool uses_it = estimator_.acknowledged_bps().value_or(0) >= kUsed * target;
  const bool wants = video_bps && estimator_.has_met_limit() && (uses_it || *video_bps > target);
  estimator_.may_probe(wants);
  if (wants) estimator_.set_wanted_bps(*video_bps == 0 ? 0 : *video_bps + audio_bps_);
}

std::size_t SendBandwidth::due_probe_bytes(base::Instant now) {
  rtp::SentPackets* const sent = line_.sent();
  return sent ? estimator_.prober().due_bytes(sent->sent_bytes(), sent->next(), now) : 0;
}

// Sound alone proves little, and a publisher must not be pressed down by who has just come.
bool SendBandwidth::has_seen_video(base::Instant now) {
  const rtp::SentPackets* const sent = line_.sent();
  if (!video_since_ && sent && sent->sent_bytes() > sent->audio_bytes()) video_since_ = now;
  return video_since_ && now - *video_since_ >= kVideoProven;
}

void SendBandwidth::set_pace(base::Instant now, base::Outbox& outbox) {
  const bool limits = estimator_.is_limiting(now) && now - heard_ < kForgotten;
  if (!limits && !line_.is_pacing()) return;
  const double target = static_cast<double>(estimator_.target_bps());
  line_.set_pace(limits ? rtp::Pacer::kFactor * target : 0, outbox, now);
}

std::uint64_t SendBandwidth::audio_bps(base::Instant now) {
  const base::Duration passed = now - audio_counted_;
  if (passed < kCountAudio || !line_.sent()) return audio_bps_;
  const std::uint64_t bytes = line_.sent()->audio_bytes();
  if (audio_counted_ != base::Instant{}) {
    const auto ms = static_cast<std::uint64_t>(base::to_ms(passed));
    audio_bps_ = (bytes - audio_bytes_before_) * 8000 / ms;
  }
  audio_bytes_before_ = bytes;
  audio_counted_ = now;
  return audio_bps_;
}

base::Instant SendBandwidth::deadline() const {
  const bool remembers = told_bps_ != 0;
  return std::min(remembers ? std::min(estimator_.deadline(), heard_ + kForgotten) : base::kNever,
                  std::min(line_.next_release(), estimator_.probe_deadline()));
}

}  // namespace kaskado::pipeline
