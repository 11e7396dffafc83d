// Messages in a TCP stream: those of ICE-TCP behind a length of two octets (RFC 4571 §2, RFC 6544 §3), and
// those of TURN, which say their own lengths (RFC 8656 §3.1, §12.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"

namespace kaskado::ice {

enum class StreamFraming : std::uint8_t { length_prefixed, turn };

// The longest that a message may be, and what stands in front of it.
inline constexpr std::size_t kLongestFrameBytes = 0xffff + 24;
inline constexpr std::size_t kFrameHeaderBytes = 2;  // of length_prefixed

// What must stand around a message of `length` bytes: in front, a length where the framing has one; behind,
// padding.
struct FrameRoom {
  std::size_t front = 0;
  std::size_t behind = 0;
};
FrameRoom frame_room(StreamFraming framing, base::Bytes message);

// Takes a stream apart. Holds one message that is not whole, at the most, and what was pushed behind it.
class FrameReader {
 public:
  explicit FrameReader(StreamFraming framing) : framing_(framing) {}

  // What came next. Views that next() gave are no more.
  void push(base::Bytes bytes);
  // The next whole message, as long as there is one, without its length and padding; it may be empty. Valid
  // until push().
  std::optional<base::Bytes> next();
  // What came is no message of this framing, and no more of the stream can be understood.
  bool broken() const { return broken_; }

 private:
  struct Extent {
    std::size_t at = 0;
    std::size_t length = 0;
    std::size_t whole = 0;  // with what is around it
  };
  // Of the message that begins here; nothing where too little of it is there.
  std::optional<Extent> extent(base::Bytes rest);

  const StreamFraming framing_;
  std::vector<std::uint8_t> held_;
  std::size_t taken_ = 0;
  bool broken_ = false;
};

}  // namespace kaskado::ice
