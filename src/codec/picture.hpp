// Raw pictures: I420 (planar Y, U, V, the latter two of half the width and height, rounded up), 8 bits, as
// ITU-R BT.601 limited range unless a codec says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace kaskado::codec {

// The memory of one picture. Written by whoever acquired it, constant once it is shared.
class Picture {
 public:
  // Larger ones are refused everywhere.
  static constexpr int kMaxWidth = 8192;
  static constexpr int kMaxHeight = 8192;

  // Sizes from 1 to the most. Strides are multiples of 64 bytes, rows are aligned to 64 bytes.
  Picture(int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  int chroma_width() const { return (width_ + 1) / 2; }
  int chroma_height() const { return (height_ + 1) / 2; }
  int stride_y() const { return stride_y_; }
  int stride_uv() const { return stride_uv_; }
  std::uint8_t* y() { return memory_.get(); }
  std::uint8_t* u() { return y() + static_cast<std::size_t>(stride_y_) * static_cast<std::size_t>(height_); }
  std::uint8_t* v() { return u() + static_cast<std::size_t>(stride_uv_) * static_cast<std::size_t>(chroma_height()); }
  const std::uint8_t* y() const { return const_cast<Picture*>(this)->y(); }
  const std::uint8_t* u() const { return const_cast<Picture*>(this)->u(); }
  const std::uint8_t* v() const { return const_cast<Picture*>(this)->v(); }

 private:
  struct Free {
    void operator()(std::uint8_t* memory) const;
  };
  int width_;
  int height_;
  int stride_y_;
  int stride_uv_;
  std::unique_ptr<std::uint8_t[], Free> memory_;
};

using PictureRef = std::shared_ptr<const Picture>;
using MutablePictureRef = std::shared_ptr<Picture>;

// Hands out pictures and takes their memory back when the last reference goes. Any thread; outlives none of
// its pictures: those that come back later are freed.
class PicturePool {
 public:
  // So many unused pictures are kept, at the most; those of another size than was last asked for go first.
  explicit PicturePool(std::size_t most_kept = 8);

  // Its content is what was in it before. Never null.
  MutablePictureRef acquire(int width, int height);

 private:
  struct Shelf;
  std::shared_ptr<Shelf> shelf_;
};

}  // namespace kaskado::codec
