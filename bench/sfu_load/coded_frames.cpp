#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <utility>

#include "clocks.hpp"
#include "content.hpp"

namespace kaskado::bench {

namespace {

constexpr std::int64_t kVideoClock = 90'000;
constexpr std::size_t kMostPayloadBytes = 1100;

class CodedFrames final : public Content {
 public:
  CodedFrames(const FramesPlan& plan, std::FILE* sent_log)
      : file_(plan.file),
        frames_per_second_(plan.frames_per_second),
        packetizer_(codec::Packetizer::create({.codec = file_->codec})),
        sent_log_(sent_log) {}
  ~CodedFrames() override {
    if (sent_log_) std::fclose(sent_log_);
  }

  base::Duration due() const override {
    return base::Duration{static_cast<std::int64_t>(1e9 * static_cast<double>(turn_) / frames_per_second_)};
  }

  Part write(base::MutableBytes room) override {
    if (!in_frame_) begin_frame();
    const auto ticks = static_cast<std::uint32_t>(
        static_cast<std::int64_t>(static_cast<double>(turn_ * kVideoClock) / frames_per_second_));
    const auto fragment = packetizer_->next(room.first(kMostPayloadBytes));
    if (!fragment || fragment->last) end_frame();
    return {fragment ? fragment->bytes : 0, ticks, !fragment || fragment->last};
  }

  void wish_key_frame() override { key_frame_wished_ = true; }

  void skip_to(base::Duration time) override {
    turn_ = std::max(turn_, static_cast<std::int64_t>(std::ceil(base::to_seconds(time) * frames_per_second_)));
  }

 private:
  void begin_frame() {
    in_frame_ = true;
    if (std::exchange(key_frame_wished_, false)) rewind();
    const IvfFrame& frame = file_->frames[next_];
    if (sent_log_) std::fprintf(sent_log_, "%" PRId64 " %" PRIu64 "\n", wall_now().unix_ns, frame.stamp);
    packetizer_->begin({.codec = file_->codec, .bytes = frame.bytes}, kMostPayloadBytes);
  }

  // Pictures that the encoder left out are turns without a frame.
  void end_frame() {
    in_frame_ = false;
    const std::uint64_t number = file_->frames[next_].stamp;
    if (++next_ == file_->frames.size()) return rewind(), void(++turn_);
    turn_ += static_cast<std::int64_t>(file_->frames[next_].stamp - number);
  }

  void rewind() { next_ = 0; }

  const std::shared_ptr<const IvfFile> file_;
  const double frames_per_second_;
  const std::unique_ptr<codec::Packetizer> packetizer_;
  std::FILE* const sent_log_;
  std::int64_t turn_ = 0;  // of the frame that is sent or comes next
  std::size_t next_ = 0;
  bool in_frame_ = false;
  bool key_frame_wished_ = false;
};

}  // namespace

base::Result<std::unique_ptr<Content>> make_coded_frames(const FramesPlan& plan) {
  std::FILE* sent_log = nullptr;
  if (!plan.sent_log.empty() && !(sent_log = std::fopen(plan.sent_log.c_str(), "we")))
    return base::Error{"cannot write " + plan.sent_log};
  if (sent_log) std::setvbuf(sent_log, nullptr, _IOLBF, 0);  // who reads it does not wait for our end
  return std::unique_ptr<Content>(std::make_unique<CodedFrames>(plan, sent_log));
}

}  // namespace kaskado::bench
