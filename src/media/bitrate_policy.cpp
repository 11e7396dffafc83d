#include "media/bitrate_policy.hpp"

#include <algorithm>

namespace kaskado::media {

namespace {

constexpr std::int64_t kLeast_bps = 30'000;
constexpr std::int64_t kMost_bps = 100'000'000;
// What a sample of a second of pictures is worth, at 30 frames: some 4 Mb/s for 1280x720.
constexpr double kBitsPerPixel = 4.5;

}  // namespace

int target_bitrate_bps(const BitrateWishes& wishes, std::optional<std::uint64_t> least_remb_bps,
                       codec::PictureSize size) {
  std::int64_t target = kMost_bps;
  const auto limit = [&](std::int64_t bps) { target = std::min(target, bps); };
  if (wishes.encoder_bps > 0) {
    limit(wishes.encoder_bps);
  } else if (size.is_set()) {
    limit(static_cast<std::int64_t>(kBitsPerPixel * size.width * size.height));
  }
  if (least_remb_bps) limit(static_cast<std::int64_t>(std::min<std::uint64_t>(*least_remb_bps, kMost_bps)));
  if (wishes.min_bps > 0) target = std::max<std::int64_t>(target, wishes.min_bps);
  if (wishes.max_bps > 0) limit(wishes.max_bps);
  return static_cast<int>(std::clamp(target, kLeast_bps, kMost_bps));
}

}  // namespace kaskado::media
