#include "ice/stream_framing.hpp"

#include "ice/channel_data.hpp"
#include "ice/stun.hpp"

namespace kaskado::ice {

namespace {

bool is_channel_data(std::uint8_t first) {
  return first >= kFirstChannel >> 8 && first <= kLastChannel >> 8;
}

std::size_t padding(std::size_t length) {
  return (4 - length % 4) % 4;
}

}  // namespace

FrameRoom frame_room(StreamFraming framing, base::Bytes message) {
  if (framing == StreamFraming::length_prefixed) return {.front = kFrameHeaderBytes};
  const bool is_padded = !message.empty() && is_channel_data(message[0]);
  return {.behind = is_padded ? padding(message.size()) : 0};
}

void FrameReader::push(base::Bytes bytes) {
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(taken_));
  taken_ = 0;
  if (!broken_) held_.insert(held_.end(), bytes.begin(), bytes.end());
}

std::optional<base::Bytes> FrameReader::next() {
  if (broken_) return std::nullopt;
  const base::Bytes rest = base::Bytes(held_).subspan(taken_);
  const auto found = extent(rest);
  if (!found || found->whole > rest.size()) return std::nullopt;
  taken_ += found->whole;
  return rest.subspan(found->at, found->length);
}

std::optional<FrameReader::Extent> FrameReader::extent(base::Bytes rest) {
  if (framing_ == StreamFraming::length_prefixed) {
    if (rest.size() < kFrameHeaderBytes) return std::nullopt;
    const std::size_t length = base::load_u16(rest.data());
    return Extent{kFrameHeaderBytes, length, kFrameHeaderBytes + length};
  }
  if (rest.size() < kChannelHeaderBytes) return std::nullopt;
  const std::size_t length = base::load_u16(rest.data() + 2);
  if (is_channel_data(rest[0])) {
    const std::size_t message = kChannelHeaderBytes + length;
    return Extent{0, message, message + padding(message)};
  }
  if (rest[0] > 3 || length % 4 != 0) {
    broken_ = true;
    held_ = {};
    taken_ = 0;
    return std::nullopt;
  }
  return Extent{0, kStunHeaderBytes + length, kStunHeaderBytes + length};
}

}  // namespace kaskado::ice
