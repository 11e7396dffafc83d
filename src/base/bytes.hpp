// Bounded reading and writing of network-order bytes. A reader or writer that ran over its end says so
// once, by ok(); values read past the end are zero and writes past the end are dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace kaskado::base {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::uint16_t load_u16(const std::uint8_t* p) { return static_cast<std::uint16_t>(p[0] << 8 | p[1]); }
inline std::uint32_t load_u24(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(p[0]) << 16 | static_cast<std::uint32_t>(p[1]) << 8 | p[2];
}
inline std::uint32_t load_u32(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(load_u16(p)) << 16 | load_u16(p + 2);
}
inline std::uint64_t load_u64(const std::uint8_t* p) {
  return static_cast<std::uint64_t>(load_u32(p)) << 32 | load_u32(p + 4);
}
inline void store_u16(std::uint8_t* p, std::uint16_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 8);
  p[1] = static_cast<std::uint8_t>(v);
}
inline void store_u24(std::uint8_t* p, std::uint32_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 16);
  store_u16(p + 1, static_cast<std::uint16_t>(v));
}
inline void store_u32(std::uint8_t* p, std::uint32_t v) {
  store_u16(p, static_cast<std::uint16_t>(v >> 16));
  store_u16(p + 2, static_cast<std::uint16_t>(v));
}
inline void store_u64(std::uint8_t* p, std::uint64_t v) {
  store_u32(p, static_cast<std::uint32_t>(v >> 32));
  store_u32(p + 4, static_cast<std::uint32_t>(v));
}

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t remaining() const { return bytes_.size() - position_; }
  std::size_t position() const { return position_; }

  std::uint8_t u8() { return has(1) ? bytes_[position_++] : std::uint8_t{0}; }
  std::uint16_t u16() { return has(2) ? load_u16(advance(2)) : std::uint16_t{0}; }
  std::uint32_t u24() { return has(3) ? load_u24(advance(3)) : 0u; }
  std::uint32_t u32() { return has(4) ? load_u32(advance(4)) : 0u; }
  std::uint64_t u64() { return has(8) ? load_u64(advance(8)) : 0u; }
  // The next `count` bytes, or an empty span where there are fewer.
  Bytes take(std::size_t count) { return has(count) ? Bytes{advance(count), count} : Bytes{}; }
  void skip(std::size_t count) {
    if (has(count)) position_ += count;
  }

 private:
  bool has(std::size_t count) {
    if (count > remaining()) ok_ = false;
    return ok_;
  }
  const std::uint8_t* advance(std::size_t count) {
    const std::uint8_t* at = bytes_.data() + position_;
    position_ += count;
    return at;
  }

  Bytes bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

class ByteWriter {
 public:
  explicit ByteWriter(MutableBytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t size() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }
  Bytes written() const { return Bytes{bytes_.data(), position_}; }

  void u8(std::uint8_t v) {
    if (std::uint8_t* p = advance(1)) *p = v;
  }
  void u16(std::uint16_t v) {
    if (std::uint8_t* p = advance(2)) store_u16(p, v);
  }
  void u24(std::uint32_t v) {
    if (std::uint8_t* p = advance(3)) store_u24(p, v);
  }
  void u32(std::uint32_t v) {
    if (std::uint8_t* p = advance(4)) store_u32(p, v);
  }
  void u64(std::uint64_t v) {
    if (std::uint8_t* p = advance(8)) store_u64(p, v);
  }
  void bytes(Bytes from) {
    if (std::uint8_t* p = advance(from.size()); p && !from.empty()) std::memcpy(p, from.data(), from.size());
  }
  void zeros(std::size_t count) {
    if (std::uint8_t* p = advance(count); p && count) std::memset(p, 0, count);
  }
  // Overwrites two bytes written before, for a length that is known only now.
  void patch_u16(std::size_t at, std::uint16_t v) {
    if (at + 2 <= position_) store_u16(bytes_.data() + at, v);
  }

 private:
  std::uint8_t* advance(std::size_t count) {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      return nullptr;
    }
    std::uint8_t* at = bytes_.data() + position_;
    position_ += count;
    return at;
  }

  MutableBytes bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace kaskado::base
