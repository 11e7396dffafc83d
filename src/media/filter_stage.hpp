// One filter object of a module among the stages that frames go through. What the filter does, it does on a
// strand of its own: frames wait in bounded queues, and what it throws becomes an error to tell, with the
// frame going on as it came.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <kaskado/filter.hpp>

#include "base/executor.hpp"
#include "base/strand.hpp"
#include "base/time.hpp"
#include "media/filter_frame.hpp"
#include "media/frame_publisher.hpp"
#include "media/stage.hpp"

namespace kaskado::media {

// Any thread may call any of it.
class FilterStage final : public std::enable_shared_from_this<FilterStage> {
  struct Key {};

 public:
  // Frames of one kind that wait; then the oldest is left out. Half a second of sound in packets of 20 ms,
  // and pictures enough to bridge a slow one.
  static constexpr std::size_t kMostPictures = 4;
  static constexpr std::size_t kMostSounds = 25;
  // Calls, messages and jobs that wait; then they are refused.
  static constexpr std::size_t kMostCalls = 256;
  // Work on one frame that is longer is an error to be told: the filter is stuck, or far too slow.
  static constexpr base::Duration kLongWork = std::chrono::seconds{1};

  struct Options {
    std::function<base::Instant()> now;
    // Is told the first error of each kind, on the strand.
    std::function<void(const std::string& description)> on_error;
  };
  struct Counters {
    std::uint64_t frames = 0;    // that the filter was given
    std::uint64_t failed = 0;    // of those
    std::uint64_t left_out = 0;  // because too many waited
  };

  static std::shared_ptr<FilterStage> create(const std::shared_ptr<base::Executor>& executor,
                                             Options options);
  FilterStage(Key, const std::shared_ptr<base::Executor>& executor, Options options);
  ~FilterStage();

  // Before all else, once. The stage keeps both, the context for longer.
  void host(std::shared_ptr<sdk::FilterContext> context, std::unique_ptr<sdk::Filter> filter);
  // What the filter wants to see; the rest may as well go round it.
  bool wants_video() const { return wants_video_; }
  bool wants_audio() const { return wants_audio_; }

  std::shared_ptr<VideoSink> video_sink() { return {shared_from_this(), &video_in_}; }
  std::shared_ptr<AudioSink> audio_sink() { return {shared_from_this(), &audio_in_}; }
  VideoSource& video_source() { return video_out_; }
  AudioSource& audio_source() { return audio_out_; }

  // Runs `call` on the strand, in turn with frames; not before there is a filter. False where too many wait, or the stage is closed: it is
  // not run then. What it throws is its own to catch; if it does not, it is told as an error.
  bool post(std::function<void(sdk::Filter&)> call);
  void receive(sdk::Data data);

  // For the filter's context: frames of the filter's own, and their way out.
  std::unique_ptr<sdk::VideoFrame> make_video(int width, int height, sdk::Time time);
  std::unique_ptr<sdk::AudioFrame> make_audio(int channels, int samples_per_channel, sdk::Time time);
  void emit(std::unique_ptr<sdk::VideoFrame> frame);
  void emit(std::unique_ptr<sdk::AudioFrame> frame);

  // No more frames or calls. The filter ends on its strand, behind what runs there now; nobody waits for it.
  void close();

  Counters counters() const;

 private:
  template <typename Frame>
  class Entry final : public FrameSink<Frame> {
   public:
    Entry(FilterStage& stage, std::size_t most) : stage_(stage), most_(most) {}
    void take(const Frame& frame) override;
    // The oldest; false where none waits.
    bool pop(Frame& frame);
    void clear();

   private:
    FilterStage& stage_;
    const std::size_t most_;
    std::mutex mutex_;
    std::deque<Frame> waiting_;  // under mutex_
  };

  template <typename Frame>
  void taken(Entry<Frame>& entry);
  bool post_to_strand(std::function<void(sdk::Filter&)> call);
  void work_on(const VideoFrame& frame);
  void work_on(const AudioFrame& frame);
  template <typename Work>
  bool guarded(Work work);
  void failed(const std::string& description);

  const Options options_;
  const std::shared_ptr<FilterMemory> memory_ = std::make_shared<FilterMemory>();
  const std::shared_ptr<base::Strand> strand_;
  std::shared_ptr<sdk::FilterContext> context_;
  std::unique_ptr<sdk::Filter> filter_;  // the strand's, once hosted
  std::mutex mutex_;
  bool is_hosted_ = false;                                 // under mutex_
  std::vector<std::function<void(sdk::Filter&)>> early_;  // under mutex_: calls that came before there was a filter
  bool wants_video_ = false;
  bool wants_audio_ = false;
  std::atomic<bool> closed_{false};
  std::atomic<std::size_t> calls_{0};  // that wait
  std::atomic<std::uint64_t> frames_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> left_out_{0};
  std::set<std::string> told_;  // the strand's
  Entry<VideoFrame> video_in_{*this, kMostPictures};
  Entry<AudioFrame> audio_in_{*this, kMostSounds};
  FramePublisher<VideoFrame> video_out_;
  FramePublisher<AudioFrame> audio_out_;
};

}  // namespace kaskado::media
