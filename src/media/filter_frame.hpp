// Frames as filters see them (include/kaskado/frame.hpp), over the server's own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <kaskado/frame.hpp>

#include "codec/picture.hpp"
#include "media/audio_frame.hpp"
#include "media/video_frame.hpp"

namespace kaskado::media {

// The memory that the frames of one filter are worked on in, used again from frame to frame. Any thread.
class FilterMemory {
 public:
  using Bytes = std::unique_ptr<std::uint8_t[]>;

  codec::MutablePictureRef picture(int width, int height) { return pictures_.acquire(width, height); }
  // At least so many bytes, with whatever was in them.
  Bytes take(std::size_t bytes);
  void give_back(Bytes memory, std::size_t bytes);

 private:
  static constexpr std::size_t kMostKept = 2;
  struct Kept {
    Bytes memory;
    std::size_t bytes;
  };
  codec::PicturePool pictures_;
  std::mutex mutex_;
  std::vector<Kept> kept_;
};

class FilterVideoFrame final : public sdk::VideoFrame {
 public:
  FilterVideoFrame(media::VideoFrame frame, std::shared_ptr<FilterMemory> memory);
  ~FilterVideoFrame() override;

  int width() const override { return source().width(); }
  int height() const override { return source().height(); }
  sdk::Time time() const override { return frame_.time.time_since_epoch(); }
  sdk::ConstI420 i420() override;
  sdk::ConstPacked packed(sdk::PixelFormat format) override;
  sdk::I420 edit_i420() override;
  sdk::Packed edit_packed(sdk::PixelFormat format) override;
  sdk::I420 replace(int width, int height) override;
  const std::string* metadata(std::string_view key) const override;
  void set_metadata(std::string key, std::string value) override;
  void drop() override { dropped_ = true; }

  bool is_dropped() const { return dropped_; }
  // The frame as it is now: with the very picture that it came with, where nobody edited it.
  media::VideoFrame take();

 private:
  // Which of the three forms of the picture are up to date.
  enum Form : std::size_t { kI420, kBgr, kBgra, kForms };
  struct PackedForm {
    FilterMemory::Bytes memory;
    std::size_t bytes = 0;
    int stride = 0;
  };

  static Form form_of(sdk::PixelFormat format) { return format == sdk::PixelFormat::bgr ? kBgr : kBgra; }
  const codec::Picture& source() const { return own_ ? *own_ : *frame_.picture; }
  void to_i420();
  void to_packed(sdk::PixelFormat format);
  void edited(Form form);
  sdk::Packed view(sdk::PixelFormat format);
  void give_back();

  media::VideoFrame frame_;
  const std::shared_ptr<FilterMemory> memory_;
  codec::MutablePictureRef own_;  // from the first edit on
  std::array<PackedForm, kForms> packed_;
  std::array<bool, kForms> valid_{true, false, false};
  bool dropped_ = false;
};

class FilterAudioFrame final : public sdk::AudioFrame {
 public:
  explicit FilterAudioFrame(media::AudioFrame frame) : frame_(std::move(frame)) {}

  int channels() const override { return frame_.channels; }
  sdk::Time time() const override { return frame_.time.time_since_epoch(); }
  std::span<const std::int16_t> samples() const override { return *frame_.samples; }
  std::span<std::int16_t> edit_samples() override;
  void drop() override { dropped_ = true; }

  bool is_dropped() const { return dropped_; }
  media::AudioFrame take() { return frame_; }

 private:
  media::AudioFrame frame_;
  std::shared_ptr<std::vector<std::int16_t>> own_;
  bool dropped_ = false;
};

}  // namespace kaskado::media
