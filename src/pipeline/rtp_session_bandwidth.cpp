// The part of RtpSession that says what the peer's path takes, and what the peer's video may take.
#include <algorithm>
#include <utility>

#include "pipeline/rtp_session.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

void RtpSession::configure_bandwidth() {
  bool controlled = false;
  each_line([&](const MediaLine& line) { controlled |= line.transport_cc && line.sends; });
  if (controlled == (bandwidth_ != nullptr)) return;
  if (controlled) {
    // An SSRC is random enough for where to begin.
    egress_.control_from(static_cast<std::uint16_t>(video_.sink.ssrc().value));
    bandwidth_ = std::make_unique<SendBandwidth>(egress_);
  } else {
    bandwidth_.reset();
    egress_.stop_control();
    share_estimate(0, false);
  }
}

// Each of the videos that have something to send gets as much as any other.
void RtpSession::share_estimate(std::uint64_t video_bps, bool may_be_more) {
  std::uint64_t sending = 0;
  each_video([&](const MediaLine& line) { sending += line.sends && line.sink.source(); });
  const std::uint64_t share_bps = video_bps / std::max<std::uint64_t>(sending, 1);
  each_video([&](MediaLine& line) { line.sink.set_estimate(share_bps, may_be_more); });
}

void RtpSession::set_send_limits(const SendLimits& limits) {
  each_video([&](MediaLine& line) { line.sink.set_send_limits(limits); });
}

void RtpSession::set_layer_bounds(const LayerBounds& bounds) {
  each_video([&](MediaLine& line) { line.sink.set_layer_bounds(bounds); });
}

void RtpSession::receive_feedback(const rtp::TransportFeedback& feedback, base::Instant now, base::Outbox& outbox) {
  if (!bandwidth_) return;
  bandwidth_->set_useful_bps(useful_bps());
  video_.sink.repair(bandwidth_->receive(feedback, now), now, outbox);
}

// Of all videos together, as RtpSink::useful_bps() has it.
std::optional<std::uint64_t> RtpSession::useful_bps() {
  std::optional<std::uint64_t> sum_bps;
  bool unlimited = false;
  each_video([&](const MediaLine& line) {
    const auto each_bps = line.sink.useful_bps();
    if (!each_bps) return;
    unlimited |= *each_bps == 0;
    sum_bps = sum_bps.value_or(0) + *each_bps;
  });
  return unlimited ? 0 : sum_bps;
}

// Filled by the first video that has something to repeat.
void RtpSession::probe(base::Instant now, base::Outbox& outbox) {
  const std::size_t due_bytes = bandwidth_->due_probe_bytes(now);
  if (due_bytes == 0) return;
  std::size_t sent_bytes = 0;
  each_video([&](MediaLine& line) {
    if (sent_bytes == 0) sent_bytes = line.sink.repeat(due_bytes, now, outbox);
  });
  if (sent_bytes == 0) bandwidth_->stop_probe();
}

void RtpSession::advance_bandwidth(base::Instant now, base::Outbox& outbox) {
  if (!bandwidth_) return;
  if (egress_.next_release() <= now) egress_.release(outbox, now);
  if (const auto video_bps = bandwidth_->advance(now, outbox))
    share_estimate(*video_bps, bandwidth_->may_be_more(now));
  probe(now, outbox);
  base::Duration rtt{};
  bool any = false;
  each_video([&](MediaLine& line) {
    rtp::SendStream* const video = line.sink.stream();
    if (video && rtt == base::Duration{}) rtt = video->rtt();
    any |= video != nullptr;
  });
  const auto wait = any ? bandwidth_->advance_playout(rtt, now) : std::nullopt;
  if (!wait) return;
  each_video([&](MediaLine& line) {
    if (line.sink.stream()) line.sink.stream()->set_playout_delay(*wait);
    line.sink.set_lossy(*wait != base::Duration{});
  });
}

// A REMB speaks of all streams that it names together; what is left for video is what matters, and of that
// each one that has something to send gets as much as any other.
void RtpSession::receive_remb(const rtp::Remb& remb, base::Instant now) {
  const auto is_named = [&](const MediaLine& line) {
    for (const rtp::Ssrc ssrc : remb.media) {
      if (ssrc == line.sink.ssrc()) return true;
    }
    return false;
  };
  std::uint64_t sending = 0;
  each_video([&](const MediaLine& line) { sending += is_named(line) && line.sink.source(); });
  const std::uint64_t share_bps = remb.bitrate_bps / std::max<std::uint64_t>(sending, 1);
  each_video([&](MediaLine& line) {
    if (is_named(line)) line.sink.receive_remb(share_bps, now);
  });
}

// What the publisher should not exceed with all of its video: the least of what the subscribers ask for, of
// the application's limit and, where the peer does not estimate by transport-wide feedback itself, of our own
// estimate.
void RtpSession::write_remb(base::Instant now, rtp::RtcpBuilder& builder) {
  if (!wants_remb() || now < next_remb_) return;
  next_remb_ = now + rtp::RembGenerator::kInterval;
  std::uint64_t videos = 0, relayed_bps = 0;
  bool estimates = true, all_bounded = true;
  std::optional<rtp::Ssrc> sender;
  std::vector<rtp::Ssrc> ssrcs;
  each_video([&](MediaLine& line) {
    if (!takes_remb(line)) return;
    ++videos;
    if (!sender) sender = line.sink.ssrc();
    estimates &= line.transport_cc;
    const std::uint64_t taken_bps = line.source.relayed_remb_bps(now);
    relayed_bps += taken_bps;
    all_bounded &= taken_bps != 0;
    for (const auto& stream : line.source.streams()) ssrcs.push_back(stream->ssrc());
  });
  std::uint64_t bitrate_bps = limits_.max_bps ? limits_.max_bps * videos : UINT64_MAX;
  if (!estimates) bitrate_bps = std::min(bitrate_bps, estimate_bps(now));
  if (all_bounded) bitrate_bps = std::min(bitrate_bps, relayed_bps);
  if (bitrate_bps == UINT64_MAX) return;
  last_remb_bps_ = std::max(bitrate_bps, limits_.min_bps * videos);
  builder.remb(*sender, last_remb_bps_, ssrcs);
}

std::uint64_t RtpSession::estimate_bps(base::Instant now) {
  if (!remb_) remb_.emplace(remb_params_);
  rtp::ReceivedInterval interval;
  std::int64_t packets = 0, lost = 0;
  each_video([&](MediaLine& line) {
    for (const auto& stream : line.source.streams()) {
      const rtp::ReceiveStats stats = stream->stats(now);
      interval.bitrate_bps += stats.bitrate_bps;
      packets += static_cast<std::int64_t>(stats.packets);
      lost += stats.packets_lost;
    }
  });
  // Streams that have ended, and retransmissions, make them fall.
  const std::int64_t new_packets =
      std::max<std::int64_t>(packets - std::exchange(packets_before_, packets), 0);
  const std::int64_t new_lost = std::max<std::int64_t>(lost - std::exchange(lost_before_, lost), 0);
  interval.packets = static_cast<std::uint32_t>(new_packets);
  if (new_lost > 0)
    interval.fraction_lost = static_cast<std::uint8_t>(new_lost * 255 / (new_lost + new_packets));
  remb_->advance(interval, now);
  return remb_->bitrate_bps();
}

bool RtpSession::wants_remb() const {
  const bool any = takes_remb(video_) || std::ranges::any_of(further_, [](const auto& line) {
                     return line->is_video() && takes_remb(*line);
                   });
  return any && !is_resting();
}

void RtpSession::set_remb_params(const rtp::RembParams& params) {
  remb_params_ = params;
  remb_.reset();
}

}  // namespace kaskado::pipeline
