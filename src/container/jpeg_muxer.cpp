#include "container/jpeg_muxer.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::container {
namespace {

constexpr base::Duration kInterval = std::chrono::milliseconds{40};
// Of one picture; a longer pause is shorter in the file.
constexpr std::int64_t kMostRepeats = 25 * 60;

class JpegMuxer final : public Muxer {
 public:
  explicit JpegMuxer(std::shared_ptr<ByteSink> sink) : sink_(std::move(sink)) {}

  base::Result<void> write(const TrackFrame& frame) override {
    if (!frame.bytes || frame.bytes->empty()) return {};
    if (auto filled = fill_until(frame.time); !filled) return filled;
    shown_ = frame.bytes;
    end_ = frame.time + std::max(frame.duration, kInterval);
    return {};
  }

  base::Result<void> finish() override { return fill_until(end_); }

 private:
  // What is shown is written for each of its turns before `time`.
  base::Result<void> fill_until(base::Duration time) {
    const std::int64_t due = (time + kInterval / 2) / kInterval;
    if (!shown_) written_ = due;
    if (due - written_ > kMostRepeats) written_ = due - kMostRepeats;
    for (; written_ < due; ++written_) {
      if (auto done = sink_->write(*shown_); !done) return done;
    }
    return {};
  }

  const std::shared_ptr<ByteSink> sink_;
  codec::SharedBytes shown_;
  base::Duration end_{};
  std::int64_t written_ = 0;  // turns
};

}  // namespace

base::Result<std::unique_ptr<Muxer>> make_jpeg_muxer(const MuxerSettings& settings,
                                                     std::shared_ptr<ByteSink> sink) {
  if (settings.tracks.size() != 1 || settings.tracks[0].codec != "mjpeg")
    return base::Error{"a file of JPEG pictures holds one track of them and nothing else"};
  return std::unique_ptr<Muxer>(std::make_unique<JpegMuxer>(std::move(sink)));
}

}  // namespace kaskado::container
