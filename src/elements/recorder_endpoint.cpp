#include "elements/recorder_endpoint.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "elements/upload_target.hpp"
#include "media/recording/file_target.hpp"
#include "pipeline/latency_stats.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/shard.hpp"
#include "pipeline/stats_record.hpp"

namespace kaskado::elements {

using pipeline::ApiResult;
using pipeline::MediaType;

namespace {

// Fewer wake-ups of the pool for each frame, against more that is lost when the process is killed.
constexpr base::Duration kGathering = std::chrono::milliseconds{100};
constexpr std::size_t kMostGathered = 64 << 10;
// What happened before the end may still be in jitter buffers.
constexpr base::Duration kLingering = std::chrono::milliseconds{200};

}  // namespace

RecorderEndpoint::RecorderEndpoint(const pipeline::Construction& construction,
                                   pipeline::MediaPipeline* pipeline, const RecorderEndpointParams& params)
    : UriEndpoint(construction, pipeline, params.uri),
      Timed(construction.shard->timed()),
      profile_(recording_profile(params.media_profile)),
      stop_on_end_(params.stop_on_end_of_stream) {
  const auto on_frame = [this](codec::EncodedFrame frame) { take(std::move(frame)); };
  if (!profile_.video.empty()) video_.emplace(shard(), profile_.video, on_frame);
  if (!profile_.audio.empty()) audio_.emplace(shard(), profile_.audio, on_frame);
}

RecorderInput* RecorderEndpoint::input(MediaType type) {
  auto& own = type == MediaType::video ? video_ : audio_;
  return type != MediaType::data && own ? &*own : nullptr;
}

pipeline::MediaInput* RecorderEndpoint::sink(MediaType type) {
  return input(type);
}

ApiResult<void> RecorderEndpoint::record() {
  const base::Instant now = shard().now();
  if (!shard().compute().io)
    return pipeline::ApiError{pipeline::ErrorCode::NOT_ENOUGH_RESOURCES, "There is nothing that could write"};
  if (job_ && job_->ends) end();
  if (!job_) {
    begin();
  } else if (job_->line.is_recording()) {
    return {};
  } else {
    job_->line.record(now);
    job_->resumed = now;
    job_->needs_key_frame = true;
    if (video_) video_->request_key_frame();
  }
  // At the beginning that is told with the first media.
  if (state() == UriEndpointState::pause) tell_recording();
  return {};
}

void RecorderEndpoint::tell_recording() {
  set_state(UriEndpointState::start);
  raise(Recording{});
}

void RecorderEndpoint::begin() {
  job_ = std::make_unique<Job>();
  ++job_number_;
  job_->recorder = media::Recorder::create(recorder_settings());
  job_->resumed = shard().now();
  job_->line.record(job_->resumed);
  for (const MediaType type : {MediaType::audio, MediaType::video}) {
    if (RecorderInput* const own = input(type)) own->start();
  }
}

ApiResult<void> RecorderEndpoint::pause() {
  if (!job_ || job_->ends || !job_->line.is_recording()) return {};
  job_->line.pause(shard().now());
  set_state(UriEndpointState::pause);
  raise(Paused{});
  return {};
}

ApiResult<void> RecorderEndpoint::stop() {
  begin_to_end();
  return {};
}

void RecorderEndpoint::begin_to_end() {
  if (!job_ || job_->ends) return;
  job_->line.pause(shard().now());
  job_->ends = shard().now() + kLingering;
  ++unkept_;
  reschedule();
}

void RecorderEndpoint::stop_and_wait(std::function<void(ApiResult<void>)> answer) {
  begin_to_end();
  if (unkept_ == 0) return answer(ApiResult<void>{});
  waiting_.push_back(std::move(answer));
}

void RecorderEndpoint::on_end_of_stream(MediaType) {
  if (stop_on_end_) begin_to_end();
}

// What has been recorded is written to its end, without the recorder.
void RecorderEndpoint::on_release() {
  if (job_) end();
  UriEndpoint::on_release();
}

void RecorderEndpoint::end() {
  hand_over();
  job_->recorder->finish();
  job_.reset();
  for (const MediaType type : {MediaType::audio, MediaType::video}) {
    if (RecorderInput* const own = input(type)) own->stop();
  }
}

void RecorderEndpoint::take(codec::EncodedFrame frame) {
  if (!job_) return;
  const auto time = place(frame);
  if (!time) return;
  if (state() != UriEndpointState::start && job_->line.is_recording()) tell_recording();
  input(codec::is_video(frame.codec) ? MediaType::video : MediaType::audio)->keep_to(frame.codec);
  if (job_->gathered.empty()) job_->gathered_since = shard().now();
  job_->gathered_bytes += frame.span().size();
  job_->gathered.push_back({std::move(frame), *time});
  if (job_->gathered_bytes >= kMostGathered) hand_over();
  if (job_->gathered.size() == 1) reschedule();
}

std::optional<base::Duration> RecorderEndpoint::place(const codec::EncodedFrame& frame) {
  const bool video = codec::is_video(frame.codec);
  auto time = job_->line.at(frame.time);
  // A key frame that came in time is as good as one that was made in time.
  if (!time && video && frame.key_frame && job_->line.is_recording() && frame.arrived >= job_->resumed)
    time = job_->line.at(std::max(frame.time, job_->resumed));
  if (!video) return time;
  if (!time) {
    job_->needs_key_frame = true;
    if (job_->line.is_recording()) video_->request_key_frame();
    return std::nullopt;
  }
  if (job_->needs_key_frame && !frame.key_frame) return std::nullopt;
  job_->needs_key_frame = false;
  return time;
}

void RecorderEndpoint::hand_over() {
  job_->gathered_bytes = 0;
  std::vector<media::RecordedFrame> frames = std::exchange(job_->gathered, {});
  if (frames.empty()) return;
  const media::ExpectedTracks expected{.video = video_ && video_->is_bound(),
                                       .audio = audio_ && audio_->is_bound()};
  if (job_->recorder->take(std::move(frames), expected)) return;
  job_->needs_key_frame = true;
  if (video_) video_->request_key_frame();
}

base::Instant RecorderEndpoint::deadline() const {
  if (!job_) return base::kNever;
  const base::Instant end = job_->ends.value_or(base::kNever);
  return job_->gathered.empty() ? end : std::min(end, job_->gathered_since + kGathering);
}

void RecorderEndpoint::advance(base::Instant now) {
  if (!job_) return;
  if (job_->ends && now >= *job_->ends) return end();
  if (now >= job_->gathered_since + kGathering) hand_over();
}

media::RecorderSettings RecorderEndpoint::recorder_settings() {
  return {
      .strand = base::Strand::create(shard().compute().io),
      .format = profile_.format,
      .gaps_fix = shard().configuration().recorder_gaps_fix,
      .open_target = target(),
      .on_failed = [tell = posted([](RecorderEndpoint& self, bool current, const base::Result<void>& result) {
                      if (current) self.on_failed(result.error().message);
                    })](const base::Error& error) { tell(error); },
      .on_finished = posted(
          [](RecorderEndpoint& self, bool, const base::Result<void>& result) { self.on_kept(result); })};
}

std::function<base::Result<std::shared_ptr<media::RecordingTarget>>()> RecorderEndpoint::target() const {
  using Opened = base::Result<std::shared_ptr<media::RecordingTarget>>;
  const pipeline::MediaConfiguration& configured = shard().configuration();
  if (base::is_http_address(uri())) {
    return [address = uri(), uploader = shard().compute().uploader, folder = configured.recorder_spool_folder,
            most = configured.recorder_most_spooled_bytes] {
      return open_upload_target(address, uploader, folder, most);
    };
  }
  const auto path = local_path(uri());
  return [address = uri(), path, roots = configured.recorder_roots]() -> Opened {
    if (!path)
      return base::Error{"'" + address +
                         "' cannot be written: it is neither a path, nor a file:, http: or https: address"};
    return media::open_file_target(*path, roots);
  };
}

template <typename Work>
std::function<void(base::Result<void>)> RecorderEndpoint::posted(Work work) {
  const pipeline::Shard::Post post =
      shard().post() ? shard().post()
                     : [back = shard().compute().post_back](auto command) { back(std::move(command)); };
  return [post, id = id(), number = job_number_, work](const base::Result<void>& result) {
    post([id, number, work, result](pipeline::Shard& there) {
      auto* const self = dynamic_cast<RecorderEndpoint*>(there.objects().find(id));
      if (self) work(*self, self->job_ && self->job_number_ == number, result);
    });
  };
}

void RecorderEndpoint::tell_failure(std::string reason) {
  const std::string shown = without_user(uri());
  const std::size_t at = reason.find(uri());
  if (at != std::string::npos) reason.replace(at, uri().size(), shown);
  raise_error(std::move(reason));
}

void RecorderEndpoint::on_failed(const std::string& reason) {
  tell_failure(reason);
  if (!job_->ends) ++unkept_;
  end();
}

void RecorderEndpoint::on_kept(const base::Result<void>& result) {
  if (!result) tell_failure(result.error().message);
  if (unkept_ > 0) --unkept_;
  if (!job_) {
    raise(Stopped{});
    set_state(UriEndpointState::stop);
  }
  if (unkept_ > 0) return;
  for (const auto& answer : std::exchange(waiting_, {})) answer(ApiResult<void>{});
}

ApiResult<std::map<std::string, pipeline::Value>> RecorderEndpoint::get_stats(
    std::optional<MediaType> media_type) {
  std::map<std::string, pipeline::Value> records;
  if (!tells_latency()) return records;
  auto own = pipeline::stats_record<pipeline::EndpointStats>(id(), pipeline::StatsType::endpoint, host().wall_time());
  pipeline::put_end_to_end_latency(own, pipeline::input_latencies(*this, media_type));
  records.emplace(own.id, own.to_value());
  return records;
}

ApiResult<std::unique_ptr<pipeline::MediaObject>> create_recorder_endpoint(
    const pipeline::Construction& construction, RecorderEndpointParams params) {
  return std::unique_ptr<pipeline::MediaObject>(
      std::make_unique<RecorderEndpoint>(construction, params.media_pipeline, params));
}

}  // namespace kaskado::elements
