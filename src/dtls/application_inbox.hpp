// Application data that came in and waits to be fetched, record by record. Bounded; holds no memory while
// it is empty.
#pragma once

#include <vector>

#include "base/bytes.hpp"

namespace kaskado::dtls {

class ApplicationInbox {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;

  // False, and nothing changes, when full: the newest record is lost.
  bool push(base::Bytes record) {
    if (bytes_.size() + kLengthBytes + record.size() > kMaxBytes) return false;
    std::uint8_t length[kLengthBytes];
    base::store_u16(length, static_cast<std::uint16_t>(record.size()));
    bytes_.insert(bytes_.end(), length, length + kLengthBytes);
    bytes_.insert(bytes_.end(), record.begin(), record.end());
    return true;
  }

  // The oldest record, or an empty span. Valid until the next call to either function.
  base::Bytes next() {
    if (position_ == bytes_.size()) {
      bytes_ = {};
      position_ = 0;
      return {};
    }
    const std::size_t length = base::load_u16(bytes_.data() + position_);
    const base::Bytes record{bytes_.data() + position_ + kLengthBytes, length};
    position_ += kLengthBytes + length;
    return record;
  }

 private:
  static constexpr std::size_t kLengthBytes = 2;

  std::vector<std::uint8_t> bytes_;
  std::size_t position_ = 0;
};

}  // namespace kaskado::dtls
