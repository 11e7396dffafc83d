// A stage's surroundings: an executor and a clock that the test moves, sinks that keep what they get, and
// coders that do what the test says.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/strand.hpp"
#include "codec/audio_codec.hpp"
#include "codec/video_codec.hpp"
#include "media/stage.hpp"
#include "media/stage_meter.hpp"
#include "media_test_support.hpp"
#include "support/manual_executor.hpp"

namespace kaskado::media::test {

template <typename Frame>
struct KeepingSink final : FrameSink<Frame> {
  void take(const Frame& frame) override { frames.push_back(frame); }
  std::vector<Frame> frames;
};

struct StageWorld {
  std::shared_ptr<kaskado::test::ManualExecutor> executor = std::make_shared<kaskado::test::ManualExecutor>();
  std::shared_ptr<base::Strand> strand = base::Strand::create(executor);
  base::Instant now = at(0s);
  Clock clock = [this] { return now; };
  void run() { executor->run_all(); }
};

inline codec::SharedBytes bytes_of(std::vector<std::uint8_t> bytes) {
  return std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
}

// A frame is its number, and a broken one begins with kBroken. Pictures are so many samples wide.
inline constexpr std::uint8_t kBroken = 0xff;

struct FakeVideoDecoder final : codec::VideoDecoder {
  base::Result<void> decode(base::Bytes frame, std::int64_t tag, std::vector<Decoded>& pictures) override {
    if (frame.empty() || frame[0] == kBroken) return base::Error{"broken"};
    if (held.picture && delays) pictures.push_back(std::exchange(held, {}));
    Decoded decoded{std::make_shared<codec::Picture>(frame[0] + 1, 2), tag};
    if (delays) {
      held = std::move(decoded);
    } else {
      pictures.push_back(std::move(decoded));
    }
    return {};
  }
  void flush(std::vector<Decoded>& pictures) override {
    if (held.picture) pictures.push_back(std::exchange(held, {}));
  }
  bool delays = false;
  Decoded held;
};

// What encoders were asked, whichever of them.
struct Encodings {
  struct Made {
    codec::VideoEncoderSettings settings;
    std::vector<base::Duration> times;
    std::vector<bool> key_frames;
    std::vector<int> bitrates;
  };
  std::vector<Made> made;
  bool leave_out = false;
  bool fail = false;
};

struct FakeVideoEncoder final : codec::VideoEncoder {
  FakeVideoEncoder(Encodings& asked, const codec::VideoEncoderSettings& settings) : asked_(asked) {
    asked_.made.push_back({.settings = settings});
  }
  base::Result<codec::EncodedPicture> encode(const codec::Picture& picture, base::Duration time,
                                             bool key_frame) override {
    Encodings::Made& made = asked_.made.back();
    EXPECT_EQ(picture.width(), made.settings.width);
    EXPECT_EQ(picture.height(), made.settings.height);
    const bool first = made.times.empty();
    made.times.push_back(time);
    made.key_frames.push_back(key_frame);
    if (asked_.fail) return base::Error{"failed"};
    if (asked_.leave_out) return codec::EncodedPicture{};
    return codec::EncodedPicture{bytes_of({1}), key_frame || first};
  }
  void set_bitrate(int bitrate_bps) override { asked_.made.back().bitrates.push_back(bitrate_bps); }

 private:
  Encodings& asked_;
};

}  // namespace kaskado::media::test
