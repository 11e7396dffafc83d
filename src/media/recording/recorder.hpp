// A recording on a strand of the I/O pool, between a shard that has the frames and a target that may make it
// wait.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/strand.hpp"
#include "media/recording/recording.hpp"
#include "media/recording/recording_target.hpp"

namespace kaskado::media {

struct RecorderSettings {
  std::shared_ptr<base::Strand> strand;
  container::ContainerFormat format = container::ContainerFormat::webm;
  GapsFix gaps_fix = GapsFix::none;
  // On the strand, with the first frame that is to be written.
  std::function<base::Result<std::shared_ptr<RecordingTarget>>()> open_target;
  // Once, on the strand: nothing more is recorded. What has been is closed by finish().
  std::function<void(base::Error)> on_failed;
  // Once, on any thread: the recording is kept, or why it is not.
  std::function<void(base::Result<void>)> on_finished;
  // Of frames that wait for the strand. When it is full, what comes is left out, up to the next key frame of
  // pictures.
  std::size_t most_waiting_bytes = std::size_t{8} << 20;
  std::function<base::Result<std::unique_ptr<container::Muxer>>(container::MuxerSettings,
                                                                std::shared_ptr<container::ByteSink>)>
      make_muxer = &container::Muxer::create;
};

// Handed frames and ended by one thread. Lives until all is written.
class Recorder final : public std::enable_shared_from_this<Recorder> {
  struct Key {};

 public:
  static std::shared_ptr<Recorder> create(RecorderSettings settings) {
    return std::make_shared<Recorder>(Key{}, std::move(settings));
  }
  Recorder(Key, RecorderSettings settings);

  // False where they were left out: a key frame should be asked for.
  bool take(std::vector<RecordedFrame> frames, ExpectedTracks expected);
  // Nothing more comes.
  void finish();

  // Any thread.
  RecordingStatistics statistics() const;

 private:
  // On the strand.
  void work();
  void record(const std::vector<RecordedFrame>& frames);
  void fail(base::Error error);
  void end();
  void schedule();

  const RecorderSettings settings_;
  mutable std::mutex mutex_;
  // Under the mutex.
  std::vector<RecordedFrame> waiting_;
  std::size_t waiting_bytes_ = 0;
  ExpectedTracks expected_;
  bool needs_key_frame_ = false;
  bool finishing_ = false;
  bool scheduled_ = false;
  RecordingStatistics statistics_;

  // The strand's.
  Recording recording_;
  std::shared_ptr<RecordingTarget> target_;
  bool failed_ = false;
};

}  // namespace kaskado::media
