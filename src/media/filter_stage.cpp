#include "media/filter_stage.hpp"

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <utility>

namespace kaskado::media {
namespace {

constexpr std::size_t kMostJobs =
    FilterStage::kMostPictures + FilterStage::kMostSounds + FilterStage::kMostCalls + 1;
// Kinds of errors that are told; what a filter makes up beyond that is only counted.
constexpr std::size_t kMostKinds = 16;

}  // namespace

template <typename Frame>
void FilterStage::Entry<Frame>::take(const Frame& frame) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(frame);
    if (waiting_.size() > most_) {
      // The strand has a job for each that waits already.
      waiting_.pop_front();
      ++stage_.left_out_;
      return;
    }
  }
  stage_.taken(*this);
}

template <typename Frame>
bool FilterStage::Entry<Frame>::pop(Frame& frame) {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return false;
  frame = std::move(waiting_.front());
  waiting_.pop_front();
  return true;
}

template <typename Frame>
void FilterStage::Entry<Frame>::clear() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
}

std::shared_ptr<FilterStage> FilterStage::create(const std::shared_ptr<base::Executor>& executor,
                                                 Options options) {
  return std::make_shared<FilterStage>(Key{}, executor, std::move(options));
}

FilterStage::FilterStage(Key, const std::shared_ptr<base::Executor>& executor, Options options)
    : options_(std::move(options)), strand_(base::Strand::create(executor, kMostJobs)) {}

FilterStage::~FilterStage() = default;

void FilterStage::host(std::shared_ptr<sdk::FilterContext> context, std::unique_ptr<sdk::Filter> filter) {
  context_ = std::move(context);
  filter_ = std::move(filter);
  const sdk::StreamFilter* const stream = filter_->stream_filter();
  wants_video_ = stream ? stream->takes_video() : filter_->video_processor() != nullptr;
  wants_audio_ = stream ? stream->takes_audio() : filter_->audio_processor() != nullptr;
  const std::lock_guard lock(mutex_);
  is_hosted_ = true;
  for (auto& call : std::exchange(early_, {})) post_to_strand(std::move(call));
}

template <typename Frame>
void FilterStage::taken(Entry<Frame>& entry) {
  if (closed_) return entry.clear();
  strand_->post_for(shared_from_this(), [&entry](FilterStage& stage) {
    Frame frame;
    if (entry.pop(frame) && !stage.closed_) stage.work_on(frame);
  });
}

// False where the work threw; the error is told then.
template <typename Work>
bool FilterStage::guarded(Work work) {
  try {
    work();
    return true;
  } catch (const std::exception& failure) {
    failed(failure.what());
  } catch (...) {
    failed("an exception of unknown type");
  }
  return false;
}

void FilterStage::failed(const std::string& description) {
  ++failed_;
  if (told_.size() == kMostKinds || !told_.insert(description).second) return;
  options_.on_error(description);
}

namespace {

// What the filter made of a frame, nothing where it went no further.
template <typename FilterFrame, typename Frame>
void pass_on(FilterFrame& worked_on, FramePublisher<Frame>& out) {
  if (!worked_on.is_dropped()) out.publish(worked_on.take());
}

}  // namespace

void FilterStage::work_on(const VideoFrame& frame) {
  sdk::StreamFilter* const stream = filter_->stream_filter();
  sdk::VideoProcessor* const processor = filter_->video_processor();
  if (!wants_video_ || !frame.picture || (!stream && !processor)) return video_out_.publish(frame);
  ++frames_;
  const base::Instant start = options_.now();
  if (stream) {
    guarded([&] { stream->push_video(std::make_unique<FilterVideoFrame>(frame, memory_)); });
  } else {
    FilterVideoFrame worked_on(frame, memory_);
    if (guarded([&] { processor->process(worked_on); })) {
      pass_on(worked_on, video_out_);
    } else {
      video_out_.publish(frame);
    }
  }
  if (options_.now() - start > kLongWork) failed("work on one picture took longer than a second");
}

void FilterStage::work_on(const AudioFrame& frame) {
  sdk::StreamFilter* const stream = filter_->stream_filter();
  sdk::AudioProcessor* const processor = filter_->audio_processor();
  if (!wants_audio_ || !frame.samples || (!stream && !processor)) return audio_out_.publish(frame);
  ++frames_;
  const base::Instant start = options_.now();
  if (stream) {
    guarded([&] { stream->push_audio(std::make_unique<FilterAudioFrame>(frame)); });
  } else {
    FilterAudioFrame worked_on(frame);
    if (guarded([&] { processor->process(worked_on); })) {
      pass_on(worked_on, audio_out_);
    } else {
      audio_out_.publish(frame);
    }
  }
  if (options_.now() - start > kLongWork) failed("work on one frame of sound took longer than a second");
}

bool FilterStage::post(std::function<void(sdk::Filter&)> call) {
  if (closed_) return false;
  if (calls_.fetch_add(1) >= kMostCalls) {
    --calls_;
    return false;
  }
  const std::lock_guard lock(mutex_);
  if (is_hosted_) return post_to_strand(std::move(call));
  early_.push_back(std::move(call));
  return true;
}

bool FilterStage::post_to_strand(std::function<void(sdk::Filter&)> call) {
  const bool posted = strand_->post_for(shared_from_this(), [call = std::move(call)](FilterStage& stage) {
    --stage.calls_;
    if (!stage.closed_) stage.guarded([&] { call(*stage.filter_); });
  });
  if (!posted) --calls_;
  return posted;
}

void FilterStage::receive(sdk::Data data) {
  if (!post([data = std::move(data)](sdk::Filter& filter) { filter.receive_data(data); })) ++left_out_;
}

std::unique_ptr<sdk::VideoFrame> FilterStage::make_video(int width, int height, sdk::Time time) {
  VideoFrame frame;
  frame.time = base::Instant(time);
  frame.arrived = options_.now();
  auto made = std::make_unique<FilterVideoFrame>(std::move(frame), memory_);
  made->replace(width, height);
  return made;
}

std::unique_ptr<sdk::AudioFrame> FilterStage::make_audio(int channels, int samples_per_channel,
                                                         sdk::Time time) {
  if (channels < 1 || channels > 2 || samples_per_channel < 1 || samples_per_channel > kSampleRate) {
    throw std::invalid_argument("no frame of sound has " + std::to_string(channels) + " channels with " +
                                std::to_string(samples_per_channel) + " samples each");
  }
  AudioFrame frame;
  frame.samples = std::make_shared<const std::vector<std::int16_t>>(
      static_cast<std::size_t>(channels * samples_per_channel));
  frame.channels = channels;
  frame.time = base::Instant(time);
  frame.arrived = options_.now();
  return std::make_unique<FilterAudioFrame>(std::move(frame));
}

void FilterStage::emit(std::unique_ptr<sdk::VideoFrame> frame) {
  if (auto* const own = dynamic_cast<FilterVideoFrame*>(frame.get()); own && !closed_)
    pass_on(*own, video_out_);
}

void FilterStage::emit(std::unique_ptr<sdk::AudioFrame> frame) {
  if (auto* const own = dynamic_cast<FilterAudioFrame*>(frame.get()); own && !closed_)
    pass_on(*own, audio_out_);
}

void FilterStage::close() {
  if (closed_.exchange(true)) return;
  video_in_.clear();
  audio_in_.clear();
  // Where nothing runs any more the filter ends with the stage.
  strand_->post_for(shared_from_this(), [](FilterStage& stage) { stage.filter_.reset(); });
}

FilterStage::Counters FilterStage::counters() const {
  return {frames_, failed_, left_out_};
}

}  // namespace kaskado::media
