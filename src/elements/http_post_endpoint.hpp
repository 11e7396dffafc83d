// Plays a file while an HTTP client sends it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "elements/http_endpoint.hpp"
#include "pipeline/playback/media_player.hpp"
#include "pipeline/timed.hpp"
#include "pipeline/upload_intake.hpp"

namespace kaskado::elements {

// The file is played at the speed at which it was recorded, and its client is held up to that. A session
// begins with an upload; it ends when that has been played, or has failed and not been sent again for the
// disconnection timeout.
class HttpPostEndpoint final : public HttpEndpoint,
                               public HttpPostEndpointApi,
                               private pipeline::MediaPlayer::Listener,
                               private pipeline::Timed {
 public:
  HttpPostEndpoint(const pipeline::Construction& construction, const HttpPostEndpointParams& params,
                   std::shared_ptr<pipeline::UploadIntake> intake, std::string url);

  pipeline::RtpFeed* source(pipeline::MediaType type) override { return player_.feed(type); }
  void on_release() override;

  // An upload has begun at the endpoint's address.
  void begin(std::shared_ptr<pipeline::Upload> upload);

 private:
  // The upload that is played, for the thread that opens it.
  class Current {
   public:
    void set(std::shared_ptr<pipeline::Upload> upload);
    std::shared_ptr<pipeline::Upload> get() const;

   private:
    mutable std::mutex mutex_;
    std::shared_ptr<pipeline::Upload> upload_;  // under mutex_
  };

  static pipeline::MediaPlayerSettings player_settings(const HttpPostEndpointParams& params,
                                                       const std::shared_ptr<Current>& current,
                                                       const pipeline::MediaConfiguration& configuration);
  void accept();
  void on_feeds_changed() override;
  void on_flow(pipeline::MediaType type, bool flowing) override;
  void on_end() override;
  void on_failure(pipeline::MediaPlayer::Failure failure, const std::string& sentence) override;
  base::Instant deadline() const override { return gives_up_at_; }
  void advance(base::Instant now) override;

  const std::shared_ptr<pipeline::UploadIntake> intake_;
  const base::Duration disconnection_timeout_;
  const std::shared_ptr<Current> current_ = std::make_shared<Current>();
  bool has_failed_ = false;  // the upload that is played
  base::Instant gives_up_at_ = base::kNever;
  pipeline::MediaPlayer player_;
};

}  // namespace kaskado::elements
