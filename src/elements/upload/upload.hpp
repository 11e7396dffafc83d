// An upload between the thread that receives it and those that play it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "container/byte_pipe.hpp"
#include "pipeline/upload_intake.hpp"

namespace kaskado::elements {

class UploadInProgress final : public pipeline::Upload {
 public:
  // A later one takes the place of one before it.
  enum class Verdict : std::uint8_t { none, accepted, abandoned, refused };

  // `tell` is called on any thread when a full pipe has room again, and when there is another verdict.
  explicit UploadInProgress(std::function<void()> tell)
      : tell_(std::move(tell)), pipe_(std::make_shared<container::BytePipe>(tell_)) {}

  std::shared_ptr<container::ByteSource> bytes() const override { return pipe_; }
  bool has_broken_off() const override { return broken_off_; }
  void accept() override { judge(Verdict::accepted, {}); }
  void refuse(std::string why) override { judge(Verdict::refused, std::move(why)); }
  // Its endpoint has gone.
  void abandon();

  // The receiver's.
  container::BytePipe& pipe() { return *pipe_; }
  // No more comes.
  void finish();
  bool is_finished() const { return finished_; }
  void break_off(std::string why);
  Verdict verdict() const;
  std::string why() const;

 private:
  void judge(Verdict verdict, std::string why);

  const std::function<void()> tell_;
  const std::shared_ptr<container::BytePipe> pipe_;
  bool finished_ = false;  // the receiver's
  std::atomic<bool> broken_off_ = false;
  mutable std::mutex mutex_;
  Verdict verdict_ = Verdict::none;  // under mutex_
  std::string why_;                  // under mutex_
};

}  // namespace kaskado::elements
