#include "bottleneck.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "base/random.hpp"
#include "reno_flow.hpp"
#include "rtp/bandwidth/pacer.hpp"
#include "rtp/bandwidth/send_side_estimator.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp/transport_cc.hpp"

namespace kaskado::sim {

namespace {

constexpr Instant kStart{std::chrono::seconds{1000}};
constexpr Duration kFrame = 33'333us;
constexpr std::size_t kPacketBytes = 1200;
constexpr Duration kSample = 100ms;

struct Queued {
  bool media = false;
  std::uint16_t number = 0;
  std::uint64_t other = 0;
  std::size_t bytes = 0;
  Instant entered{};
};

class World {
 public:
  World(const BottleneckSetup& setup, Duration measured_from)
      : setup_(setup),
        measured_from_(kStart + measured_from),
        random_(setup.seed),
        capacity_bps_(setup.capacity_bps) {
    report_.setup = setup;
    queue_limit_ = std::max<std::size_t>(
        static_cast<std::size_t>(setup.queue_bdp * setup.capacity_bps / 8 * base::to_seconds(setup.rtt)),
        2 * kPacketBytes);
    estimator_.may_probe(setup.probes);
    estimator_.set_wanted_bps(static_cast<std::uint64_t>(setup.source_bps * 1.05));
  }

  BottleneckReport run() {
    for (const CapacityStep& step : setup_.steps)
      at(kStart + step.at, [this, step] { capacity_bps_ = step.bps; });
    at(kStart, [this] { make_frame(); });
    at(kStart + kSample, [this] { sample(); });
    if (setup_.competes) at(kStart + 5s, [this] { send_other(); });
    while (!events_.empty() && events_.begin()->first <= kStart + setup_.length) {
      auto event = events_.extract(events_.begin());
      now_ = event.key();
      event.mapped()();
    }
    return std::move(report_);
  }

 private:
  void at(Instant when, std::function<void()> what) { events_.emplace(when, std::move(what)); }

  // The sender.
  void make_frame() {
    estimator_.advance(sent_, now_);
    const double target = std::min(static_cast<double>(estimator_.target_bps()), setup_.source_bps);
    const double jitter = 0.7 + 0.6 * random_.unit();
    const auto bytes = static_cast<std::size_t>(target / 8 * base::to_seconds(kFrame) * jitter);
    // Evenly, as encoders' packets are.
    const std::size_t packets = bytes / kPacketBytes + 1;
    for (std::size_t i = 0; i < packets; ++i) {
      held_.push_back(std::max<std::size_t>(bytes / packets, 100));
      held_bytes_ += held_.back();
    }
    pace();
    probe();
    at(now_ + kFrame, [this] { make_frame(); });
  }
  void pace() {
    pacer_.set_rate(rtp::Pacer::kFactor * static_cast<double>(estimator_.target_bps()), now_);
    pacer_.set_held(held_bytes_);
    while (!held_.empty() && pacer_.may_send(now_)) {
      const std::size_t bytes = held_.front();
      held_.pop_front();
      held_bytes_ -= bytes;
      pacer_.sent(bytes);
      send(bytes);
    }
    if (held_.empty() || pacing_) return;
    pacing_ = true;
    at(std::max(pacer_.next(), now_ + 1ms), [this] {
      pacing_ = false;
      pace();
    });
  }
  void probe() {
    rtp::Prober& prober = estimator_.prober();
    for (std::size_t due = prober.due_bytes(sent_.sent_bytes(), sent_.next(), now_); due > 0;) {
      const std::size_t bytes = std::min(due, kPacketBytes);
      send(bytes);
      due -= bytes;
    }
    if (!prober.sending() || probing_) return;
    probing_ = true;
    at(std::max(prober.deadline(), now_ + 1ms), [this] {
      probing_ = false;
      probe();
    });
  }
  void send(std::size_t bytes) {
    const rtp::SequenceNumber number = sent_.add(rtp::SentStream::video, index_++, bytes, now_);
    enter({true, number.value, 0, bytes, now_});
  }

  // The other flow: each answer lets it send.
  void send_other() {
    reno_.wait(now_);
    while (reno_.may_send()) enter({false, 0, reno_.send(), RenoFlow::kPacketBytes, now_});
    at(now_ + 10ms, [this] { send_other(); });
  }

  // The link.
  void enter(Queued packet) {
    if (packet.media && now_ >= measured_from_) {
      ++report_.media_packets;
      report_.media_overflowed += queued_bytes_ + packet.bytes > queue_limit_;
    }
    if (queued_bytes_ + packet.bytes > queue_limit_) return;
    queued_bytes_ += packet.bytes;
    queue_.push_back(packet);
    if (queue_.size() == 1) serve();
  }
  void serve() {
    const double seconds = static_cast<double>(queue_.front().bytes * 8) / capacity_bps_;
    at(now_ + Duration{static_cast<Duration::rep>(seconds * 1e9)}, [this] {
      const Queued packet = queue_.front();
      queue_.pop_front();
      queued_bytes_ -= packet.bytes;
      leave(packet);
      if (!queue_.empty()) serve();
    });
  }
  void leave(const Queued& packet) {
    (packet.media ? media_bytes_ : other_bytes_) += packet.bytes;
    if (packet.media) {
      const double waited_ms = base::to_seconds(now_ - packet.entered) * 1e3;
      longest_ms_ = std::max(longest_ms_, waited_ms);
      if (now_ >= measured_from_) report_.queueing_ms.push_back(waited_ms);
    }
    if (random_.unit() < setup_.loss) return;
    if (packet.media) {
      at(now_ + setup_.rtt / 2, [this, packet] { arrive(packet); });
    } else {
      at(now_ + setup_.rtt, [this, packet] {
        reno_.acknowledge(packet.other, now_);
        while (reno_.may_send()) enter({false, 0, reno_.send(), RenoFlow::kPacketBytes, now_});
      });
    }
  }

  // The receiver.
  void arrive(const Queued& packet) {
    receiver_.receive(rtp::SequenceNumber{packet.number}, rtp::Ssrc{7}, now_);
    report();
  }
  void report() {
    if (receiver_.deadline() > now_) {
      if (reporting_ || receiver_.deadline() == base::kNever) return;
      reporting_ = true;
      at(receiver_.deadline(), [this] {
        reporting_ = false;
        report();
      });
      return;
    }
    std::array<std::uint8_t, 1200> slot;
    rtp::RtcpBuilder builder(slot);
    receiver_.advance(now_, builder);
    at(now_ + setup_.rtt / 2,
       [this, bytes = std::vector<std::uint8_t>(builder.written().begin(), builder.written().end())] {
         hear(bytes);
       });
  }
  void hear(const std::vector<std::uint8_t>& bytes) {
    rtp::RtcpReader reader(bytes);
    while (const auto message = reader.next()) {
      lost_.clear();
      if (const auto* feedback = std::get_if<rtp::TransportFeedback>(&*message))
        estimator_.receive(*feedback, sent_, now_, lost_);
    }
    probe();
  }

  void sample() {
    const double seconds = base::to_seconds(kSample);
    report_.samples.push_back({base::to_seconds(now_ - kStart), capacity_bps_,
                               static_cast<double>(estimator_.target_bps()), media_bytes_ * 8 / seconds,
                               other_bytes_ * 8 / seconds, longest_ms_});
    media_bytes_ = other_bytes_ = longest_ms_ = 0;
    at(now_ + kSample, [this] { sample(); });
  }

  BottleneckSetup setup_;
  Instant measured_from_;
  base::SeededRandom random_;
  BottleneckReport report_;
  std::multimap<Instant, std::function<void()>> events_;
  Instant now_ = kStart;

  rtp::SendSideEstimator estimator_;
  std::vector<rtp::SequenceNumber> lost_;  // is of no interest here
  rtp::SentPackets sent_{65'000};  // wraps soon
  rtp::Pacer pacer_;
  std::deque<std::size_t> held_;
  std::size_t held_bytes_ = 0;
  std::uint64_t index_ = 0;
  bool pacing_ = false, probing_ = false, reporting_ = false;

  double capacity_bps_;
  std::size_t queue_limit_ = 0;
  std::size_t queued_bytes_ = 0;
  std::deque<Queued> queue_;
  double media_bytes_ = 0, other_bytes_ = 0, longest_ms_ = 0;

  rtp::TransportCcReceiver receiver_{rtp::Ssrc{1}};
  RenoFlow reno_;
};

double mean_of(const std::vector<BottleneckSample>& samples, Duration from, Duration until, bool both) {
  double used = 0, offered = 0;
  for (const BottleneckSample& sample : samples) {
    if (sample.seconds <= base::to_seconds(from) || sample.seconds > base::to_seconds(until) + 1e-9) continue;
    used += sample.media_bps + (both ? sample.other_bps : 0);
    offered += sample.capacity_bps;
  }
  return offered > 0 ? used / offered : 0;
}

// The first sample behind the step from which on `good` holds of a whole second of them.
double first_second(const std::vector<BottleneckSample>& samples, Duration step,
                    const std::function<bool(std::size_t)>& good) {
  constexpr std::size_t kSecond = 10;
  for (std::size_t i = 0; i + kSecond <= samples.size(); ++i) {
    if (samples[i].seconds <= base::to_seconds(step) + 1e-9) continue;
    if (good(i)) return samples[i].seconds - 0.1 - base::to_seconds(step);
  }
  return 1e9;
}

}  // namespace

BottleneckReport run_bottleneck(const BottleneckSetup& setup, Duration measured_from) {
  return World(setup, measured_from).run();
}

double BottleneckReport::utilisation(Duration from, Duration until) const {
  return mean_of(samples, from, until, true);
}

double BottleneckReport::media_share(Duration from, Duration until) const {
  return mean_of(samples, from, until, false);
}

double BottleneckReport::queueing_p95_ms() const {
  if (queueing_ms.empty()) return 0;
  auto sorted = queueing_ms;
  const auto p95 = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 95 / 100);
  std::nth_element(sorted.begin(), p95, sorted.end());
  return *p95;
}

double BottleneckReport::seconds_to_use(Duration step, double share) const {
  return first_second(samples, step, [&](std::size_t from) {
    double used = 0, offered = 0;
    for (std::size_t i = from; i < from + 10; ++i)
      used += samples[i].media_bps, offered += samples[i].capacity_bps;
    return used >= share * offered;
  });
}

double BottleneckReport::seconds_to_calm(Duration step, double queueing) const {
  return first_second(samples, step, [&](std::size_t from) {
    return std::all_of(
        samples.begin() + static_cast<std::ptrdiff_t>(from),
        samples.begin() + static_cast<std::ptrdiff_t>(from) + 10, [&](const BottleneckSample& sample) {
          return sample.queueing_ms <= queueing && sample.target_bps <= sample.capacity_bps * 1.05;
        });
  });
}

std::vector<BottleneckSetup> bottleneck_table() {
  std::vector<BottleneckSetup> table;
  for (const double mbps : {0.3, 1.0, 3.0, 10.0}) {
    for (const double bdp : {1.0, 4.0}) {
      for (const double loss : {0.0, 0.02, 0.05, 0.1}) {
        char name[64];
        std::snprintf(name, sizeof name, "%g Mb/s, %g BDP, %g %% loss", mbps, bdp, loss * 100);
        table.push_back({.name = name, .capacity_bps = mbps * 1e6, .queue_bdp = bdp, .loss = loss});
      }
    }
  }
  for (const double bdp : {1.0, 4.0}) {
    for (const auto& [high, low] : {std::pair{3e6, 1e6}, {10e6, 3e6}, {1e6, 0.3e6}}) {
      char name[64];
      std::snprintf(name, sizeof name, "%g to %g and back, %g BDP", high / 1e6, low / 1e6, bdp);
      table.push_back({.name = name,
                       .capacity_bps = high,
                       .steps = {{30s, low}, {60s, high}},
                       .queue_bdp = bdp,
                       .length = 90s});
    }
  }
  for (const double mbps : {1.0, 3.0, 10.0}) {
    for (const double bdp : {1.0, 4.0}) {
      char name[64];
      std::snprintf(name, sizeof name, "%g Mb/s, %g BDP, beside TCP", mbps, bdp);
      table.push_back(
          {.name = name, .capacity_bps = mbps * 1e6, .queue_bdp = bdp, .competes = true, .length = 90s});
    }
  }
  return table;
}

}  // namespace kaskado::sim
