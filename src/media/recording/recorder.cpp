#include "media/recording/recorder.hpp"

#include <utility>

namespace kaskado::media {

Recorder::Recorder(Key, RecorderSettings settings)
    : settings_(std::move(settings)),
      recording_({.format = settings_.format,
                  .gaps_fix = settings_.gaps_fix,
                  .make_muxer = [this](container::MuxerSettings muxer)
                      -> base::Result<std::unique_ptr<container::Muxer>> {
                    auto target = settings_.open_target();
                    if (!target) return std::move(target).error();
                    target_ = std::move(*target);
                    return settings_.make_muxer(std::move(muxer), target_);
                  }}) {}

bool Recorder::take(std::vector<RecordedFrame> frames, ExpectedTracks expected) {
  std::size_t bytes = 0;
  for (const RecordedFrame& recorded : frames) bytes += recorded.frame.span().size();
  {
    const std::lock_guard lock(mutex_);
    if (finishing_) return true;
    expected_ = expected;
    if (waiting_bytes_ + bytes > settings_.most_waiting_bytes) {
      needs_key_frame_ = true;
      return false;
    }
    waiting_bytes_ += bytes;
    for (RecordedFrame& recorded : frames) {
      const bool video = codec::is_video(recorded.frame.codec);
      if (video && needs_key_frame_ && !recorded.frame.key_frame) continue;
      if (video) needs_key_frame_ = false;
      waiting_.push_back(std::move(recorded));
    }
  }
  schedule();
  return true;
}

void Recorder::finish() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(finishing_, true)) return;
  }
  schedule();
}

RecordingStatistics Recorder::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

void Recorder::schedule() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(scheduled_, true)) return;
  }
  if (settings_.strand->post_for(shared_from_this(), [](Recorder& self) { self.work(); })) return;
  const std::lock_guard lock(mutex_);
  scheduled_ = false;
}

void Recorder::work() {
  std::vector<RecordedFrame> frames;
  ExpectedTracks expected;
  bool finishing = false;
  {
    const std::lock_guard lock(mutex_);
    frames.swap(waiting_);
    waiting_bytes_ = 0;
    scheduled_ = false;
    finishing = finishing_;
    expected = expected_;
  }
  recording_.expect(expected);
  record(frames);
  {
    const std::lock_guard lock(mutex_);
    statistics_ = recording_.statistics();
  }
  if (finishing) end();
}

void Recorder::record(const std::vector<RecordedFrame>& frames) {
  for (const RecordedFrame& recorded : frames) {
    if (failed_) return;
    if (auto taken = recording_.take(recorded); !taken) fail(std::move(taken).error());
  }
}

void Recorder::fail(base::Error error) {
  failed_ = true;
  settings_.on_failed(std::move(error));
}

void Recorder::end() {
  if (!failed_) {
    if (auto finished = recording_.finish(); !finished) fail(std::move(finished).error());
  }
  if (!target_) return settings_.on_finished({});
  std::exchange(target_, nullptr)->close(settings_.on_finished);
}

}  // namespace kaskado::media
