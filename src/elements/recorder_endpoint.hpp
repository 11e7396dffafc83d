// Keeps media in a file or in a store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "elements/recorder_input.hpp"
#include "elements/recording_profile.hpp"
#include "elements/uri_endpoint.hpp"
#include "media/recording/recorder.hpp"
#include "media/recording/recording_line.hpp"
#include "pipeline/timed.hpp"

namespace kaskado::elements {

// Frames are gathered here, and handed on now and then to a strand of the I/O pool that writes them.
class RecorderEndpoint final : public UriEndpoint, public RecorderEndpointApi, private pipeline::Timed {
 public:
  RecorderEndpoint(const pipeline::Construction& construction, pipeline::MediaPipeline* pipeline,
                   const RecorderEndpointParams& params);

  pipeline::MediaInput* sink(pipeline::MediaType type) override;
  void on_release() override;

  pipeline::ApiResult<void> record() override;
  pipeline::ApiResult<void> pause() override;
  pipeline::ApiResult<void> stop() override;
  void stop_and_wait(std::function<void(pipeline::ApiResult<void>)> answer) override;
  pipeline::ApiResult<std::map<std::string, pipeline::Value>> get_stats(
      std::optional<pipeline::MediaType> media_type) override;

 private:
  // From record() to when it is kept.
  struct Job {
    std::shared_ptr<media::Recorder> recorder;
    media::RecordingLine line;
    base::Instant resumed{};
    bool needs_key_frame = true;        // pictures before the next are of no use
    std::optional<base::Instant> ends;  // when the last of what it is of has come
    std::vector<media::RecordedFrame> gathered;
    std::size_t gathered_bytes = 0;
    base::Instant gathered_since{};
  };

  void on_end_of_stream(pipeline::MediaType) override;
  base::Instant deadline() const override;
  void advance(base::Instant now) override;

  RecorderInput* input(pipeline::MediaType type);
  void begin();
  void tell_recording();
  void begin_to_end();
  void end();
  void take(codec::EncodedFrame frame);
  // Where in the recording it stands; nothing where it is not of it.
  std::optional<base::Duration> place(const codec::EncodedFrame& frame);
  void hand_over();
  media::RecorderSettings recorder_settings();
  std::function<base::Result<std::shared_ptr<media::RecordingTarget>>()> target() const;
  // Runs `work` here, if it is still about the same job then.
  template <typename Work>
  std::function<void(base::Result<void>)> posted(Work work);
  void tell_failure(std::string reason);
  void on_failed(const std::string& reason);
  void on_kept(const base::Result<void>& result);

  const RecordingProfile profile_;
  const bool stop_on_end_;
  std::optional<RecorderInput> video_;
  std::optional<RecorderInput> audio_;
  std::unique_ptr<Job> job_;
  std::uint64_t job_number_ = 0;
  std::size_t unkept_ = 0;  // jobs that have ended, and are not kept yet
  std::vector<std::function<void(pipeline::ApiResult<void>)>> waiting_;  // for that
};

}  // namespace kaskado::elements
