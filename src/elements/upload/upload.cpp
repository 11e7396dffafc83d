#include "elements/upload/upload.hpp"

#include <utility>

namespace kaskado::elements {

void UploadInProgress::finish() {
  finished_ = true;
  pipe_->finish();
}

// The reader is to find out why the bytes end, once they do.
void UploadInProgress::break_off(std::string why) {
  broken_off_ = true;
  pipe_->fail(std::move(why));
}

void UploadInProgress::abandon() {
  broken_off_ = true;
  judge(Verdict::abandoned, {});
  pipe_->interrupt();
}

UploadInProgress::Verdict UploadInProgress::verdict() const {
  const std::lock_guard lock(mutex_);
  return verdict_;
}

std::string UploadInProgress::why() const {
  const std::lock_guard lock(mutex_);
  return why_;
}

// What was taken for media may turn out to be none.
void UploadInProgress::judge(Verdict verdict, std::string why) {
  {
    const std::lock_guard lock(mutex_);
    if (verdict_ > verdict) return;
    verdict_ = verdict;
    why_ = std::move(why);
  }
  tell_();
}

}  // namespace kaskado::elements
