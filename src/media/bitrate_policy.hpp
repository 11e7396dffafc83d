// What an encoder of pictures is to make, from what clients and receivers say.
#pragma once

#include <cstdint>
#include <optional>

#include "codec/bitstream/picture_size.hpp"

namespace kaskado::media {

// As MediaElement has them: bits a second; 0 is no limit.
struct BitrateWishes {
  static constexpr int kDefault_bps = 300'000;

  int encoder_bps = kDefault_bps;  // encoderBitrate
  int min_bps = 0;                 // minOutputBitrate
  int max_bps = 0;                 // maxOutputBitrate
};

// The least of what the client wishes, its maximum and what the slowest receiver takes, by its REMB; where
// the client wishes for no limit, what the size is worth instead of the wish. Then its minimum, whatever the
// receivers say; of a minimum above the maximum the maximum holds. Never less than an encoder can do.
int target_bitrate_bps(const BitrateWishes& wishes, std::optional<std::uint64_t> least_remb_bps,
                       codec::PictureSize size);

}  // namespace kaskado::media
