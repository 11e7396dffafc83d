// The last samples of a stream, by their number since it began.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kaskado::media {

class SampleRing {
 public:
  // A channel; about 340 ms.
  static constexpr int kCapacity = 16384;

  // Forgets all; numbers go on.
  void reset(int channels);
  // Overwrites the oldest. kCapacity at the most.
  void append(std::span<const std::int16_t> interleaved);
  // Of those that are there. Interleaved, or of one channel.
  void copy(std::int64_t first, int count, std::int16_t* out) const;
  void copy_channel(std::int64_t first, int count, int channel, std::int16_t* out) const;

  std::int64_t end() const { return end_; }
  int channels() const { return channels_; }

 private:
  std::size_t place(std::int64_t sample) const {
    return static_cast<std::size_t>(sample % kCapacity) * static_cast<std::size_t>(channels_);
  }

  std::vector<std::int16_t> samples_;
  std::int64_t end_ = 0;
  int channels_ = 0;
};

}  // namespace kaskado::media
