#include "elements/http_post_endpoint.hpp"

#include <algorithm>
#include <utility>

#include "container/late_index_source.hpp"
#include "elements/log.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaPlayer;
using pipeline::Upload;

namespace {

// A client may send as slowly as the server that it sends to allows.
constexpr base::Duration kMostWaiting = std::chrono::hours{24};
// As GStreamer counts the errors of a stream that cannot be read.
constexpr int kStreamErrorFailed = 1;

base::Result<std::shared_ptr<container::ByteSource>> bytes_of(const std::shared_ptr<Upload>& upload,
                                                              const std::string& folder, std::uint64_t most_bytes) {
  if (!upload) return base::Error{"nothing has been sent"};
  return std::shared_ptr<container::ByteSource>(
      std::make_shared<container::LateIndexSource>(upload->bytes(), folder, most_bytes));
}

// An upload finds its endpoint by its id, on its shard.
pipeline::UploadIntake::Begun way_to(const pipeline::Construction& construction) {
  return [id = construction.id, post = construction.shard->post()](std::shared_ptr<Upload> upload) {
    if (!post) return;
    post([id, upload = std::move(upload)](pipeline::Shard& shard) {
      if (auto* const endpoint = dynamic_cast<HttpPostEndpoint*>(shard.objects().find(id)))
        endpoint->begin(upload);
    });
  };
}

}  // namespace

void HttpPostEndpoint::Current::set(std::shared_ptr<Upload> upload) {
  const std::lock_guard lock(mutex_);
  upload_ = std::move(upload);
}

std::shared_ptr<Upload> HttpPostEndpoint::Current::get() const {
  const std::lock_guard lock(mutex_);
  return upload_;
}

pipeline::MediaPlayerSettings HttpPostEndpoint::player_settings(const HttpPostEndpointParams& params,
                                                                const std::shared_ptr<Current>& current,
                                                                const pipeline::MediaConfiguration& configuration) {
  pipeline::MediaPlayerSettings settings;
  settings.location.open_bytes = [current, folder = configuration.recorder_spool_folder,
                                  most_bytes = configuration.recorder_most_spooled_bytes] {
    return bytes_of(current->get(), folder, most_bytes);
  };
  settings.demuxer.most_opening_time = settings.demuxer.most_reading_time = kMostWaiting;
  settings.as_they_are = params.use_encoded_media;
  return settings;
}

HttpPostEndpoint::HttpPostEndpoint(const pipeline::Construction& construction,
                                   const HttpPostEndpointParams& params,
                                   std::shared_ptr<pipeline::UploadIntake> intake, std::string url)
    : HttpEndpoint(construction, params.media_pipeline, std::move(url)),
      Timed(shard().timed()),
      intake_(std::move(intake)),
      disconnection_timeout_(std::chrono::seconds{std::max(params.disconnection_timeout, 0)}),
      player_(shard(), *this, *this, player_settings(params, current_, shard().configuration())) {}

void HttpPostEndpoint::on_release() {
  intake_->close(url());
  player_.stop();
  HttpEndpoint::on_release();
}

void HttpPostEndpoint::begin(std::shared_ptr<Upload> upload) {
  has_failed_ = false;
  gives_up_at_ = base::kNever;
  reschedule();
  current_->set(std::move(upload));
  session_started();
  player_.stop();
  player_.play();
}

// It can be played, as far as can be told from its beginning.
void HttpPostEndpoint::accept() {
  if (const auto upload = current_->get()) upload->accept();
}

void HttpPostEndpoint::on_feeds_changed() {
  accept();
  rebind();
}

void HttpPostEndpoint::on_flow(pipeline::MediaType type, bool flowing) {
  if (flowing) accept();
  set_flowing_out(type, flowing);
}

// What has failed is played as far as it came.
void HttpPostEndpoint::on_end() {
  current_->set(nullptr);
  if (has_failed_) return;
  raise(EndOfStream{});
  session_terminated();
}

void HttpPostEndpoint::on_failure(MediaPlayer::Failure failure, const std::string& sentence) {
  const std::shared_ptr<Upload> upload = current_->get();
  current_->set(nullptr);
  has_failed_ = true;
  gives_up_at_ = shard().now() + disconnection_timeout_;
  reschedule();
  LOG_INFO(log, "%s: %s", id().c_str(), sentence.c_str());
  if (!upload || upload->has_broken_off()) return;
  const bool is_media = failure != MediaPlayer::Failure::opening;
  const std::string told = (is_media ? "The file cannot be played to its end: "
                                     : "This is no file that can be played while it comes: ") +
                           sentence;
  upload->refuse(told + ".");
  raise(
      pipeline::Error{.description = told, .error_code = kStreamErrorFailed, .type = "STREAM_ERROR_FAILED"});
}

void HttpPostEndpoint::advance(base::Instant now) {
  if (now < gives_up_at_) return;
  gives_up_at_ = base::kNever;
  intake_->close(url());
  session_terminated();
}

ApiResult<std::unique_ptr<pipeline::MediaObject>> create_http_post_endpoint(
    const pipeline::Construction& construction, HttpPostEndpointParams params) {
  const std::shared_ptr<pipeline::UploadIntake> intake = construction.shard->configuration().uploads;
  if (!intake) return ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "This server takes no uploads"};
  auto url = intake->open(way_to(construction));
  if (!url) return ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, url.error().message};
  return std::unique_ptr<pipeline::MediaObject>(
      std::make_unique<HttpPostEndpoint>(construction, params, intake, *std::move(url)));
}

}  // namespace kaskado::elements
