// Frames that a recording is made of, and a muxer that remembers what it is given.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "media/recording/recording.hpp"

namespace kaskado::media::test {

using namespace std::chrono_literals;
using codec::CodecId;

inline codec::SharedBytes bytes_of(std::vector<std::uint8_t> bytes) {
  return std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
}

// What stands in the header of a VP8 frame (RFC 6386 §9.1), and no more.
inline RecordedFrame picture(base::Duration time, bool key_frame = false) {
  return {{.codec = CodecId::vp8,
           .bytes = key_frame ? bytes_of({0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00})
                              : bytes_of({0x11, 0, 0}),
           .key_frame = key_frame},
          time};
}
inline RecordedFrame sound(base::Duration time, base::Duration duration = 20ms) {
  return {{.codec = CodecId::opus,
           .bytes = bytes_of({0xf8, 1, 2}),
           .key_frame = true,
           .clock_rate = 48'000,
           .duration = duration,
           .channels = 2},
          time};
}

struct Written {
  container::MuxerSettings settings;
  std::vector<container::TrackFrame> frames;
  bool made = false;
  bool finished = false;
  std::string failure;  // of the next write

  // Of one kind of track, the times in milliseconds.
  std::vector<double> times_ms(container::Track::Kind kind) const {
    std::vector<double> times;
    for (const container::TrackFrame& frame : frames) {
      if (settings.tracks[frame.track].kind == kind) times.push_back(base::to_seconds(frame.time) * 1000);
    }
    return times;
  }
  std::vector<double> pictures_ms() const { return times_ms(container::Track::Kind::video); }
  std::vector<double> sounds_ms() const { return times_ms(container::Track::Kind::audio); }
};

class MemoryMuxer final : public container::Muxer {
 public:
  explicit MemoryMuxer(Written& written) : written_(written) {}
  base::Result<void> write(const container::TrackFrame& frame) override {
    if (!written_.failure.empty()) return base::Error{written_.failure};
    written_.frames.push_back(frame);
    return {};
  }
  base::Result<void> finish() override {
    written_.finished = true;
    return {};
  }

 private:
  Written& written_;
};

inline RecordingSettings::MakeMuxer memory_muxer(Written& written) {
  return [&written](container::MuxerSettings settings) -> base::Result<std::unique_ptr<container::Muxer>> {
    written.settings = std::move(settings);
    written.made = true;
    return std::unique_ptr<container::Muxer>(std::make_unique<MemoryMuxer>(written));
  };
}

}  // namespace kaskado::media::test
