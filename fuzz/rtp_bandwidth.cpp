// Transport-wide feedback as a hostile viewer writes it, and arrivals as a hostile publisher makes them: the estimator's
// figures stay within their bounds, and what this server reports can be read by itself.
//
// The input is a list of actions: an octet that says which, and what it needs.
#include <algorithm>
#include <array>
#include <cmath>

#include "fuzz/support/require.hpp"
#include "rtp/bandwidth/pacer.hpp"
#include "rtp/bandwidth/send_side_estimator.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp/transport_cc.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::rtp;
using fuzz::require;

class Session {
 public:
  explicit Session(base::Bytes input) : in_(input) { estimator_.may_probe(true); }

  void run() {
    while (in_.ok() && in_.remaining() > 0) act(in_.u8());
  }

 private:
  void act(std::uint8_t action) {
    switch (action % 6) {
      case 0: return send(in_.u8() % 32u + 1, in_.u16());
      case 1: now_ += std::chrono::microseconds{in_.u16()}; break;
      case 2: now_ += std::chrono::milliseconds{in_.u16()}; break;
      case 3: return hear(in_.take(std::min<std::size_t>(in_.u8(), in_.remaining())));
      case 4: return receive(in_.u16(), in_.u16());
      default: report(); break;
    }
    estimator_.advance(sent_, now_);
    check();
  }
  void send(std::size_t packets, std::uint16_t bytes) {
    for (std::size_t i = 0; i < packets; ++i) {
      now_ += std::chrono::microseconds{100};
      sent_.add(static_cast<SentStream>(i % 3), index_++, bytes, now_);
    }
    estimator_.prober().due_bytes(sent_.sent_bytes(), sent_.next(), now_);
  }
  // The rest of a feedback message behind its header, so that most inputs are some.
  void hear(base::Bytes statuses) {
    std::array<std::uint8_t, 300> message{0x8f, 205};
    const std::size_t words = (16 + statuses.size() + 3) / 4;
    message[3] = static_cast<std::uint8_t>(words);
    std::copy(statuses.begin(), statuses.end(), message.begin() + 12);
    RtcpReader reader(base::Bytes(message).first(4 + words * 4));
    while (const auto read = reader.next()) {
      if (const auto* feedback = std::get_if<TransportFeedback>(&*read)) estimator_.receive(*feedback, sent_, now_, lost_);
    }
    check();
  }
  void receive(std::uint16_t sequence, std::uint16_t later_us) {
    receiver_.receive({sequence}, Ssrc{2}, now_ + std::chrono::microseconds{later_us});
  }
  void report() {
    std::array<std::uint8_t, 1200> slot;
    RtcpBuilder builder(slot);
    receiver_.advance(now_, builder);
    RtcpReader reader(builder.written());
    while (const auto read = reader.next()) {
      const auto& feedback = std::get<TransportFeedback>(*read);
      TransportFeedbackReader statuses(feedback);
      while (statuses.next()) {
      }
      require(!statuses.malformed());
      lost_.clear();
      estimator_.receive(feedback, sent_, now_, lost_);
    }
    require(!reader.malformed());
  }
  void check() {
    require(lost_.size() <= SentPackets::kPackets);
    lost_.clear();
    const auto target = static_cast<double>(estimator_.target_bps());
    require(target >= SendSideEstimator::kLeast_bps && target <= SendSideEstimator::kMost_bps);
    require(estimator_.fraction_lost() >= 0 && estimator_.fraction_lost() <= 1);
    const double arrived = estimator_.acknowledged_bps().value_or(0);
    require(std::isfinite(arrived) && arrived >= 0);
    pacer_.set_rate(estimator_.is_limiting(now_) ? target : 0, now_);
    if (pacer_.is_pacing() && pacer_.may_send(now_)) pacer_.sent(1200);
    require(!pacer_.is_pacing() || pacer_.next() <= now_ + std::chrono::seconds{1});
  }

  base::ByteReader in_;
  base::Instant now_{std::chrono::seconds{1000}};
  SentPackets sent_{0};
  SendSideEstimator estimator_;
  std::vector<SequenceNumber> lost_;
  TransportCcReceiver receiver_{Ssrc{1}};
  Pacer pacer_;
  std::uint64_t index_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  Session({data, size}).run();
  return 0;
}
