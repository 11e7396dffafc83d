#include "media/filter_frame.hpp"

#include <libyuv.h>

#include <map>
#include <stdexcept>
#include <utility>

namespace kaskado::media {
namespace {

constexpr int kRowAlignment = 64;

template <typename View, typename Picture>
View view_of(Picture& picture) {
  return {picture.width(),
          picture.height(),
          {picture.y(), picture.stride_y()},
          {picture.u(), picture.stride_uv()},
          {picture.v(), picture.stride_uv()}};
}

void copy(const codec::Picture& from, codec::Picture& to) {
  libyuv::I420Copy(from.y(), from.stride_y(), from.u(), from.stride_uv(), from.v(), from.stride_uv(), to.y(),
                   to.stride_y(), to.u(), to.stride_uv(), to.v(), to.stride_uv(), to.width(), to.height());
}

// libyuv names formats by words in memory: its RGB24 is B, G, R in bytes, its ARGB is B, G, R, A.
void pack(const codec::Picture& from, const sdk::Packed& to) {
  const auto convert = to.format == sdk::PixelFormat::bgr ? libyuv::I420ToRGB24 : libyuv::I420ToARGB;
  convert(from.y(), from.stride_y(), from.u(), from.stride_uv(), from.v(), from.stride_uv(), to.pixels.data,
          to.pixels.stride, to.width, to.height);
}

void unpack(const sdk::Packed& from, codec::Picture& to) {
  const auto convert = from.format == sdk::PixelFormat::bgr ? libyuv::RGB24ToI420 : libyuv::ARGBToI420;
  convert(from.pixels.data, from.pixels.stride, to.y(), to.stride_y(), to.u(), to.stride_uv(), to.v(),
          to.stride_uv(), to.width(), to.height());
}

}  // namespace

FilterMemory::Bytes FilterMemory::take(std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    for (Kept& kept : kept_) {
      if (kept.bytes < bytes || kept.bytes > 2 * bytes) continue;
      Bytes memory = std::move(kept.memory);
      std::swap(kept, kept_.back());
      kept_.pop_back();
      return memory;
    }
  }
  return Bytes(new std::uint8_t[bytes]);
}

void FilterMemory::give_back(Bytes memory, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() == kMostKept) kept_.erase(kept_.begin());
  kept_.push_back({std::move(memory), bytes});
}

FilterVideoFrame::FilterVideoFrame(media::VideoFrame frame, std::shared_ptr<FilterMemory> memory)
    : frame_(std::move(frame)), memory_(std::move(memory)) {}

FilterVideoFrame::~FilterVideoFrame() {
  give_back();
}

void FilterVideoFrame::give_back() {
  for (PackedForm& form : packed_) {
    if (form.memory) memory_->give_back(std::move(form.memory), form.bytes);
  }
}

sdk::ConstI420 FilterVideoFrame::i420() {
  to_i420();
  return view_of<sdk::ConstI420>(source());
}

sdk::ConstPacked FilterVideoFrame::packed(sdk::PixelFormat format) {
  to_packed(format);
  const sdk::Packed writable = view(format);
  return {writable.width, writable.height, format, {writable.pixels.data, writable.pixels.stride}};
}

sdk::I420 FilterVideoFrame::edit_i420() {
  to_i420();
  if (!own_) {
    own_ = memory_->picture(width(), height());
    copy(*frame_.picture, *own_);
  }
  edited(kI420);
  return view_of<sdk::I420>(*own_);
}

sdk::Packed FilterVideoFrame::edit_packed(sdk::PixelFormat format) {
  to_packed(format);
  edited(form_of(format));
  return view(format);
}

sdk::I420 FilterVideoFrame::replace(int width, int height) {
  if (width < 1 || width > codec::Picture::kMaxWidth || height < 1 || height > codec::Picture::kMaxHeight) {
    throw std::invalid_argument("no picture is " + std::to_string(width) + "x" + std::to_string(height));
  }
  own_ = memory_->picture(width, height);
  give_back();
  edited(kI420);
  return view_of<sdk::I420>(*own_);
}

void FilterVideoFrame::to_i420() {
  if (valid_[kI420]) return;
  if (!own_) own_ = memory_->picture(width(), height());
  unpack(view(valid_[kBgr] ? sdk::PixelFormat::bgr : sdk::PixelFormat::bgra), *own_);
  valid_[kI420] = true;
}

void FilterVideoFrame::to_packed(sdk::PixelFormat format) {
  const Form form = form_of(format);
  if (valid_[form]) return;
  to_i420();
  PackedForm& target = packed_[form];
  if (!target.memory) {
    const int row = width() * static_cast<int>(format);
    target.stride = (row + kRowAlignment - 1) / kRowAlignment * kRowAlignment;
    target.bytes = static_cast<std::size_t>(target.stride) * static_cast<std::size_t>(height());
    target.memory = memory_->take(target.bytes);
  }
  pack(source(), view(format));
  valid_[form] = true;
}

void FilterVideoFrame::edited(Form form) {
  valid_ = {};
  valid_[form] = true;
}

sdk::Packed FilterVideoFrame::view(sdk::PixelFormat format) {
  PackedForm& form = packed_[form_of(format)];
  return {width(), height(), format, {form.memory.get(), form.stride}};
}

const std::string* FilterVideoFrame::metadata(std::string_view key) const {
  if (!frame_.metadata) return nullptr;
  const auto found = frame_.metadata->find(std::string(key));
  return found == frame_.metadata->end() ? nullptr : &found->second;
}

void FilterVideoFrame::set_metadata(std::string key, std::string value) {
  using Entries = std::map<std::string, std::string>;
  const auto changed =
      frame_.metadata ? std::make_shared<Entries>(*frame_.metadata) : std::make_shared<Entries>();
  changed->insert_or_assign(std::move(key), std::move(value));
  frame_.metadata = changed;
}

media::VideoFrame FilterVideoFrame::take() {
  to_i420();
  media::VideoFrame result = frame_;
  if (own_) result.picture = own_;
  return result;
}

std::span<std::int16_t> FilterAudioFrame::edit_samples() {
  if (!own_) {
    own_ = std::make_shared<std::vector<std::int16_t>>(*frame_.samples);
    frame_.samples = own_;
  }
  return *own_;
}

}  // namespace kaskado::media
