// Coded pictures in a file: libvpx's IVF, a header of 32 bytes and before each frame one of 12, all
// little-endian.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/encoded_frame.hpp"

namespace kaskado::bench {

struct IvfFrame {
  codec::SharedBytes bytes;
  // The time stamp's place. What was made holds the picture's number there; what was recorded, when its last
  // packet came, in ns of the wall clock.
  std::uint64_t stamp = 0;
};

struct IvfFile {
  codec::CodecId codec = codec::CodecId::vp8;
  int width = 0;
  int height = 0;
  std::vector<IvfFrame> frames;

  // VP8 and H264 are known. A last frame that is cut short, as of a recording that goes on, is left out.
  static base::Result<IvfFile> read(const std::string& path);
};

class IvfWriter {
 public:
  // `width` and `height` may be 0 where nobody needs to know them.
  static base::Result<IvfWriter> open(const std::string& path, codec::CodecId codec, int width, int height);

  // False where it cannot be written.
  bool add(base::Bytes frame, std::uint64_t stamp);
  std::uint64_t frames() const { return frames_; }
  bool flush() { return std::fflush(file_.get()) == 0; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  explicit IvfWriter(std::FILE* file) : file_(file) {}

  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t frames_ = 0;
};

}  // namespace kaskado::bench
