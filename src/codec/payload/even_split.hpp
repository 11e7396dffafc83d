// Cuts a length into the fewest parts of at most `most` octets: all are equally long but the last, which is
// shorter by less octets than there are parts. So the packets of a frame can leave as segments of one send.
#pragma once

#include <algorithm>
#include <cstddef>

namespace kaskado::codec {

class EvenSplit {
 public:
  EvenSplit() = default;
  // No parts where `most` is 0.
  EvenSplit(std::size_t total, std::size_t most) {
    if (most == 0 || total == 0) return;
    const std::size_t parts = (total + most - 1) / most;
    left_ = total;
    part_ = (total + parts - 1) / parts;
  }

  bool done() const { return left_ == 0; }
  // Of all but the last.
  std::size_t part() const { return part_; }
  std::size_t next() {
    const std::size_t part = std::min(part_, left_);
    left_ -= part;
    return part;
  }

 private:
  std::size_t left_ = 0;
  std::size_t part_ = 0;
};

}  // namespace kaskado::codec
