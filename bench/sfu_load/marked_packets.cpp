#include <cmath>
#include <utility>

#include "clocks.hpp"
#include "content.hpp"
#include "payload.hpp"
#include "rtp/rtp_packet.hpp"

namespace kaskado::bench {

namespace {

constexpr double kVideoClock = 90'000;
constexpr double kAudioClock = 48'000;

base::Duration seconds(double count) {
  return base::Duration{static_cast<std::int64_t>(count * 1e9)};
}

class MarkedPackets final : public Content {
 public:
  MarkedPackets(std::uint32_t publisher, bool audio, const SendPlan& plan)
      : publisher_(publisher), audio_(audio), plan_(plan) {
    if (audio_) plan_.frames_per_second = plan_.packets_per_second;
  }

  base::Duration due() const override {
    return plan_.burst ? seconds(static_cast<double>(frame_of(number_)) / plan_.frames_per_second)
                       : seconds(static_cast<double>(number_) / plan_.packets_per_second);
  }

  Part write(base::MutableBytes room) override {
    const std::size_t bytes = plan_.packet_bytes - rtp::kFixedHeaderBytes;
    write_payload(room.first(bytes));
    // RFC 3551 §4.1: the marker of audio begins a talkspurt; RFC 7741 §4.1: that of VP8 ends a frame.
    const bool marker = audio_ ? number_ == 0 : frame_of(number_ + 1) != frame_of(number_);
    const Part part{bytes, ticks(), marker};
    ++number_;
    return part;
  }

  void wish_key_frame() override { key_frame_wished_ = true; }
  void skip_to(base::Duration) override {}  // each packet has its number: what is late comes at once

 private:
  std::uint64_t frame_of(std::uint64_t number) const {
    const double frames_a_packet = plan_.frames_per_second / plan_.packets_per_second;
    // What stands just below a whole number because of rounding belongs to it.
    return static_cast<std::uint64_t>(std::floor(static_cast<double>(number) * frames_a_packet + 1e-9));
  }

  std::uint32_t ticks() const {
    const double clock = audio_ ? kAudioClock : kVideoClock;
    const double since_start = static_cast<double>(frame_of(number_)) * clock / plan_.frames_per_second;
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(since_start));
  }

  void write_payload(base::MutableBytes payload) {
    const PayloadMark mark{publisher_, static_cast<std::uint32_t>(number_), wall_now()};
    if (audio_) return write_audio_payload(payload, mark);
    const bool starts_frame = number_ == 0 || frame_of(number_) != frame_of(number_ - 1);
    if (starts_frame) in_key_frame_ = std::exchange(key_frame_wished_, false);
    write_vp8_payload(payload,
                      {.picture_id = static_cast<std::uint16_t>(frame_of(number_) & 0x7fff),
                       .starts_frame = starts_frame,
                       .key_frame = in_key_frame_},
                      mark);
  }

  const std::uint32_t publisher_;
  const bool audio_;
  SendPlan plan_;
  std::uint64_t number_ = 0;
  bool key_frame_wished_ = true;
  bool in_key_frame_ = false;
};

}  // namespace

std::unique_ptr<Content> make_marked_packets(std::uint32_t publisher, bool audio, const SendPlan& plan) {
  return std::make_unique<MarkedPackets>(publisher, audio, plan);
}

}  // namespace kaskado::bench
