// Raw pictures and sound, as the server hands them to a filter.
//
// What several filters and encoders share is never written to: looking costs nothing, and the first edit
// makes a copy of one's own. A frame and what it gives are used on the thread that got the frame, until it is
// given back.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kaskado::sdk {

// On the server's clock, which is steady and the same for all frames. Only differences mean something.
using Time = std::chrono::nanoseconds;

template <typename Byte>
struct BasicPlane {
  Byte* data = nullptr;
  int stride = 0;  // bytes from one row to the next
};

// Planar Y, U, V, the latter two of half the width and height, rounded up; 8 bits, ITU-R BT.601 limited
// range.
template <typename Byte>
struct BasicI420 {
  int width = 0;
  int height = 0;
  BasicPlane<Byte> y, u, v;

  int chroma_width() const { return (width + 1) / 2; }
  int chroma_height() const { return (height + 1) / 2; }
};
using I420 = BasicI420<std::uint8_t>;
using ConstI420 = BasicI420<const std::uint8_t>;

// Bytes of a pixel in the order of their names, full range; alpha is 255 until somebody writes it, and is
// lost when the picture becomes I420 again.
enum class PixelFormat : int { bgr = 3, bgra = 4 };  // each is its number of bytes

template <typename Byte>
struct BasicPacked {
  int width = 0;
  int height = 0;
  PixelFormat format = PixelFormat::bgr;
  BasicPlane<Byte> pixels;
};
using Packed = BasicPacked<std::uint8_t>;
using ConstPacked = BasicPacked<const std::uint8_t>;

// The server's; modules call it and do not derive from it (but for tests of their own). Pictures are
// converted when a format is asked for first, and back only after an edit. A view holds until another format
// is edited, the picture is replaced, or the frame is given back.
class VideoFrame {
 public:
  virtual ~VideoFrame() = default;

  virtual int width() const = 0;
  virtual int height() const = 0;
  // When it is to be shown.
  virtual Time time() const = 0;

  // To look at.
  virtual ConstI420 i420() = 0;
  virtual ConstPacked packed(PixelFormat format) = 0;
  // To write on.
  virtual I420 edit_i420() = 0;
  virtual Packed edit_packed(PixelFormat format) = 0;
  // Another picture in place of this one, of any size up to 8192×8192 and with undefined content. Throws
  // std::invalid_argument where the size is none.
  virtual I420 replace(int width, int height) = 0;

  // What filters upstream have told of this picture (where the faces are, say), and what those downstream are
  // to know. nullptr where there is none of that key.
  virtual const std::string* metadata(std::string_view key) const = 0;
  virtual void set_metadata(std::string key, std::string value) = 0;

  // It goes no further.
  virtual void drop() = 0;
};

class AudioFrame {
 public:
  static constexpr int kSampleRate = 48000;

  virtual ~AudioFrame() = default;

  virtual int channels() const = 0;
  // When the first sample is to be heard.
  virtual Time time() const = 0;
  // Those of the channels in turn.
  virtual std::span<const std::int16_t> samples() const = 0;
  virtual std::span<std::int16_t> edit_samples() = 0;
  virtual void drop() = 0;
};

}  // namespace kaskado::sdk
