#include "rtp/bandwidth/prober.hpp"

#include <algorithm>

namespace kaskado::rtp {

namespace {

using namespace std::chrono_literals;

constexpr base::Duration kCluster = 15ms;
constexpr base::Duration kStep = 2ms;
constexpr std::uint64_t kLeastPackets = 5;
constexpr std::uint64_t kMostPackets = 100;
constexpr std::size_t kPacketBytes = 1200;
// Faster than it was sent, by more than this: the arrivals were gathered on the way and say nothing.
constexpr double kMostGain = 2;
// Slower than this: what came through is the link's own rate, of which a little is left free.
constexpr double kAsSent = 0.9, kLeave = 0.95;

}  // namespace

void Prober::begin(double rate_bps, std::uint64_t next, base::Instant now) {
  *this = {};
  rate_bps_ = rate_bps;
  first_ = next;
  last_ = UINT64_MAX;
  since_ = next_ = now;
  sending_ = waiting_ = true;
}

std::size_t Prober::due_bytes(std::uint64_t sent_bytes, std::uint64_t next, base::Instant now) {
  if (!sending_ || now < next_) return 0;
  if (!counting_) {
    counting_ = true;
    sent_before_ = sent_bytes;
  }
  const std::uint64_t packets = next - first_;
  if ((now - since_ >= kCluster && packets >= kLeastPackets) || packets >= kMostPackets) {
    sending_ = false;
    last_ = next - 1;
    return 0;
  }
  next_ = now + kStep;
  // What should have gone by the end of the step.
  const double wanted = rate_bps_ / 8 * base::to_seconds(now - since_ + kStep);
  const auto gone = static_cast<double>(sent_bytes - sent_before_);
  const bool late = now - since_ >= kCluster;
  if (wanted <= gone && !late) return 0;
  return std::max<std::size_t>(static_cast<std::size_t>(std::max(wanted - gone, 1.0)),
                               late ? kPacketBytes : 1);
}

void Prober::note(const Settled& settled, base::Duration arrived) {
  if (!waiting_ || settled.number < first_ || settled.number > last_) return;
  newest_ = std::max(newest_, settled.number);
  if (!settled.received || !settled.measurable) return;
  if (packets_++ == 0) {
    first_sent_us_ = last_sent_us_ = settled.sent_us;
    first_arrived_ = last_arrived_ = arrived;
    first_bytes_ = settled.bytes;
  }
  bytes_ += settled.bytes;
  if (static_cast<std::int32_t>(settled.sent_us - last_sent_us_) >= 0) {
    last_sent_us_ = settled.sent_us;
    last_bytes_ = settled.bytes;
  }
  last_arrived_ = std::max(last_arrived_, arrived);
}

std::optional<Prober::Outcome> Prober::take_outcome() {
  if (!waiting_ || sending_ || newest_ < last_) return std::nullopt;
  waiting_ = false;
  return Outcome{rate_bps_, outcome_bps()};
}

// The first packet's bytes were there before the arrivals' span, and the last one's went after the sendings'.
double Prober::outcome_bps() const {
  const std::uint64_t cluster = last_ - first_ + 1;
  if (packets_ < kLeastPackets - 1 || packets_ * 5 < cluster * 4) return 0;
  const double sent_s = static_cast<double>(last_sent_us_ - first_sent_us_) * 1e-6;
  const double arrived_s = base::to_seconds(last_arrived_ - first_arrived_);
  if (sent_s <= 0 || arrived_s <= 0) return 0;
  const double sent_bps = (bytes_ - last_bytes_) * 8.0 / sent_s;
  const double arrived_bps = (bytes_ - first_bytes_) * 8.0 / arrived_s;
  if (arrived_bps > kMostGain * sent_bps) return 0;
  return arrived_bps < kAsSent * sent_bps ? kLeave * arrived_bps : std::min(sent_bps, arrived_bps);
}

}  // namespace kaskado::rtp
