#include "elements/upload_target.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace kaskado::elements {

namespace {

// What the upload and the recording tell each other. Whoever comes second has both sides' word.
class Outcome {
 public:
  using Kept = std::function<void(base::Result<void>)>;

  void set(const base::Result<void>& result) {
    Kept kept;
    {
      const std::lock_guard lock(mutex_);
      result_ = result;
      kept = std::exchange(kept_, nullptr);
    }
    if (kept) kept(result);
  }
  void tell(Kept kept) {
    std::optional<base::Result<void>> result;
    {
      const std::lock_guard lock(mutex_);
      if (!result_) kept_ = std::move(kept);
      result = result_;
    }
    if (result) kept(*result);
  }
  std::optional<base::Error> failure() const {
    const std::lock_guard lock(mutex_);
    return result_ && !result_->ok() ? std::optional(result_->error()) : std::nullopt;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<base::Result<void>> result_;
  Kept kept_;
};

class UploadTarget final : public media::RecordingTarget {
 public:
  UploadTarget(const std::string& address, std::shared_ptr<loop::Uploader> uploader,
               std::shared_ptr<loop::Spool> spool)
      : uploader_(std::move(uploader)), spool_(std::move(spool)) {
    uploader_->put(address, spool_, [outcome = outcome_, body = spool_](const base::Result<void>& result) {
      body->abandon();
      outcome->set(result);
    });
  }
  // Without close() the store gets what there is.
  ~UploadTarget() override { finish(); }

  base::Result<void> write(base::Bytes bytes) override {
    if (auto failed = outcome_->failure()) return *failed;
    auto appended = spool_->append(bytes);
    uploader_->wake();
    return appended;
  }
  void close(std::function<void(base::Result<void>)> kept) override {
    finish();
    outcome_->tell(std::move(kept));
  }

 private:
  void finish() {
    spool_->finish();
    uploader_->wake();
  }

  const std::shared_ptr<loop::Uploader> uploader_;
  const std::shared_ptr<loop::Spool> spool_;
  const std::shared_ptr<Outcome> outcome_ = std::make_shared<Outcome>();
};

}  // namespace

base::Result<std::shared_ptr<media::RecordingTarget>> open_upload_target(
    const std::string& address, std::shared_ptr<loop::Uploader> uploader, const std::string& spool_folder,
    std::uint64_t most_spooled_bytes) {
  if (!uploader) return base::Error{"'" + address + "' cannot be written: this server writes to no stores"};
  auto spool = loop::Spool::create(spool_folder, most_spooled_bytes);
  if (!spool) return base::Error{"'" + address + "' cannot be written: " + spool.error().message};
  return std::shared_ptr<media::RecordingTarget>(
      std::make_shared<UploadTarget>(address, std::move(uploader), std::move(*spool)));
}

}  // namespace kaskado::elements
