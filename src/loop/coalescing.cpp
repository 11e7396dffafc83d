#include "loop/coalescing.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::loop {

namespace {

// How much the newest counts.
constexpr double kWeight = 1.0 / 8;

}  // namespace

base::Duration Coalescing::before_read(base::Instant now) {
  if (!is_on()) return {};
  round_.waited = now - looked_at_ > kAtOnce;
  waited_since_costly_ |= round_.waited;
  const bool is_known = now - costly_ended_ < kForgotten;
  round_.gathered = round_.waited && is_known && burstiness_ > 0.5;
  return round_.gathered ? std::min(most_, packet_cost_) : base::Duration{};
}

void Coalescing::note_read(base::Instant now, std::uint32_t senders, std::uint32_t longest_run) {
  if (round_.longest_run == 0) round_.read_at = now;
  round_.last_read_at = now;
  round_.longest_run = std::max(round_.longest_run, longest_run);
  senders_ += senders;
}

base::Instant Coalescing::after_round(base::Instant now) {
  if (!is_on()) return now;
  const Round round = std::exchange(round_, {});
  note_rate(now);
  base::Instant next = now;
  if (round.longest_run > 0) {
    if (now - round.read_at >= kWorthwhile) note_costly(round, now);
    next = round.last_read_at + hold();
  }
  looked_at_ = std::max(now, next);
  return next;
}

void Coalescing::note_rate(base::Instant now) {
  const base::Duration span = now - window_began_;
  if (span < kRateWindow) return;
  const double newest = senders_ / base::to_seconds(span);
  // A pause says that what was before counts no more.
  senders_per_s_ = span < 2 * kRateWindow ? (senders_per_s_ + newest) / 2 : newest;
  senders_ = 0;
  window_began_ = now;
}

// Nothing up to one sender in the longest wait, and the longest wait from three on: so it begins gently.
base::Duration Coalescing::hold() const {
  const double expected = senders_per_s_ * base::to_seconds(most_);
  const double share = std::clamp((expected - 1) / 2, 0.0, 1.0);
  return base::Duration(static_cast<base::Duration::rep>(static_cast<double>(most_.count()) * share));
}

// The round before is judged now that it is known what came next: whether waiting would have brought more, or
// did. One that the loop did not wait for says nothing: it has gathered as it was.
void Coalescing::note_costly(const Round& round, base::Instant ended) {
  if (round.read_at - costly_ended_ > kForgotten) {
    burstiness_ = 0;
  } else if (costly_.waited) {
    const bool gained = costly_.gathered ? costly_.longest_run > 1 : !waited_since_costly_;
    burstiness_ += ((gained ? 1 : 0) - burstiness_) * kWeight;
  }
  const base::Duration cost = (ended - round.read_at) / round.longest_run;
  packet_cost_ += base::Duration(
      static_cast<base::Duration::rep>(static_cast<double>((cost - packet_cost_).count()) * kWeight));
  costly_ = round;
  costly_ended_ = ended;
  waited_since_costly_ = false;
}

}  // namespace kaskado::loop
