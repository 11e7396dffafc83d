// Where a depacketizer writes a frame: once to count its octets and once more to have them, so that memory is
// taken once, is as much as is needed, and is taken only for what was found to be well formed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "codec/encoded_frame.hpp"

namespace kaskado::codec {

class FrameWriter {
 public:
  FrameWriter() = default;  // only counts
  explicit FrameWriter(std::vector<std::uint8_t>& out) : out_(&out) {}

  void append(base::Bytes part) {
    size_ += part.size();
    if (out_) out_->insert(out_->end(), part.begin(), part.end());
  }
  void append(std::uint8_t octet) { append(base::Bytes(&octet, 1)); }
  std::size_t size() const { return size_; }

 private:
  std::vector<std::uint8_t>* out_ = nullptr;
  std::size_t size_ = 0;
};

// `walk` writes the frame to the FrameWriter that it is called with, the same each time, and says whether
// there is one. Null where there is none, or nothing in it.
template <typename Walk>
SharedBytes write_frame(const Walk& walk) {
  FrameWriter counter;
  if (!walk(counter) || counter.size() == 0) return nullptr;
  auto bytes = std::make_shared<std::vector<std::uint8_t>>();
  bytes->reserve(counter.size());
  FrameWriter writer(*bytes);
  walk(writer);
  return bytes;
}

}  // namespace kaskado::codec
