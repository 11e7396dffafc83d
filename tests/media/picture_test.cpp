#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "media/bitrate_policy.hpp"
#include "media/scaler.hpp"

namespace kaskado::media {
namespace {

codec::PictureRef plain(int width, int height, std::uint8_t y, std::uint8_t u, std::uint8_t v) {
  auto picture = std::make_shared<codec::Picture>(width, height);
  std::memset(picture->y(), y, static_cast<std::size_t>(picture->stride_y() * height));
  std::memset(picture->u(), u, static_cast<std::size_t>(picture->stride_uv() * picture->chroma_height()));
  std::memset(picture->v(), v, static_cast<std::size_t>(picture->stride_uv() * picture->chroma_height()));
  return picture;
}

struct Colour {
  int y, u, v;
  // Filters round.
  bool operator==(const Colour& other) const {
    return std::abs(y - other.y) <= 3 && std::abs(u - other.u) <= 3 && std::abs(v - other.v) <= 3;
  }
};
Colour at(const codec::Picture& picture, int x, int y) {
  return {picture.y()[y * picture.stride_y() + x], picture.u()[y / 2 * picture.stride_uv() + x / 2],
          picture.v()[y / 2 * picture.stride_uv() + x / 2]};
}
constexpr Colour kBlack{16, 128, 128}, kOrange{150, 60, 200};

TEST(Scaler, KeepsTheShapeAndFillsWithBlack) {
  codec::PicturePool pool;
  const auto picture = plain(640, 480, 150, 60, 200);
  const auto wide = scale(picture, {640, 360}, pool);  // 480 wide, between bars of 80
  EXPECT_EQ(size_of(*wide), (codec::PictureSize{640, 360}));
  EXPECT_EQ(at(*wide, 79, 100), kBlack);
  EXPECT_EQ(at(*wide, 81, 0), kOrange);
  EXPECT_EQ(at(*wide, 558, 359), kOrange);
  EXPECT_EQ(at(*wide, 560, 359), kBlack);
  const auto tall = scale(picture, {320, 480}, pool);  // 240 high, between bars of 120
  EXPECT_EQ(at(*tall, 0, 119), kBlack);
  EXPECT_EQ(at(*tall, 0, 121), kOrange);
  EXPECT_EQ(at(*tall, 319, 358), kOrange);
  EXPECT_EQ(at(*tall, 319, 361), kBlack);
}

TEST(Scaler, HasNoBarsWhereTheShapeIsTheSame) {
  codec::PicturePool pool;
  const auto picture = plain(1280, 720, 150, 60, 200);
  for (const codec::PictureSize size : {codec::PictureSize{640, 360}, codec::PictureSize{1920, 1080},
                                        codec::PictureSize{426, 240}, codec::PictureSize{16, 16}}) {
    const auto scaled = scale(picture, size, pool);
    EXPECT_EQ(at(*scaled, size.width / 2, size.height / 2), kOrange);
    if (size.width > 16) {
      EXPECT_EQ(at(*scaled, 0, 0), kOrange) << size.width;
      EXPECT_EQ(at(*scaled, size.width - 1, size.height - 1), kOrange) << size.width;
    }
  }
}

TEST(Scaler, TakesAnySize) {
  codec::PicturePool pool;
  for (const int width : {1, 2, 3, 17, 501})
    for (const int height : {1, 2, 5, 333})
      for (const codec::PictureSize size : {codec::PictureSize{16, 16}, codec::PictureSize{2, 600},
                                            codec::PictureSize{321, 33}, codec::PictureSize{1, 1}})
        EXPECT_EQ(size_of(*scale(plain(width, height, 150, 60, 200), size, pool)), size);
}

TEST(Scaler, GivesTheSamePictureWhereItHasThatSize) {
  codec::PicturePool pool;
  const auto picture = plain(64, 64, 1, 2, 3);
  EXPECT_EQ(scale(picture, {64, 64}, pool), picture);
}

constexpr codec::PictureSize kVga{640, 480};

TEST(BitratePolicy, WishesForTheDefault) {
  EXPECT_EQ(target_bitrate_bps({}, std::nullopt, kVga), 300'000);
  EXPECT_EQ(target_bitrate_bps({}, 2'000'000, kVga), 300'000);
  EXPECT_EQ(target_bitrate_bps({}, 120'000, kVga), 120'000);
}

TEST(BitratePolicy, TakesZeroForNoLimit) {
  EXPECT_EQ(target_bitrate_bps({.encoder_bps = 0}, std::nullopt, kVga), 1'382'400)
      << "what the size is worth";
  EXPECT_EQ(target_bitrate_bps({.encoder_bps = 0}, 900'000, kVga), 900'000);
  EXPECT_EQ(target_bitrate_bps({.encoder_bps = 0, .max_bps = 500'000}, 900'000, kVga), 500'000);
  EXPECT_GT(target_bitrate_bps({.encoder_bps = 0}, std::nullopt, {}), 10'000'000);
  EXPECT_EQ(target_bitrate_bps({.encoder_bps = 5'000'000}, std::nullopt, kVga), 5'000'000) << "wished for";
}

TEST(BitratePolicy, HoldsTheMinimumAgainstReceiversAndTheMaximumAgainstAll) {
  EXPECT_EQ(target_bitrate_bps({.min_bps = 200'000}, 50'000, kVga), 200'000);
  EXPECT_EQ(target_bitrate_bps({.min_bps = 400'000}, std::nullopt, kVga), 400'000);
  EXPECT_EQ(target_bitrate_bps({.min_bps = 400'000, .max_bps = 350'000}, std::nullopt, kVga), 350'000);
  EXPECT_EQ(target_bitrate_bps({.max_bps = 100'000}, std::nullopt, kVga), 100'000);
}

TEST(BitratePolicy, StaysWithinWhatEncodersCanDo) {
  EXPECT_EQ(target_bitrate_bps({}, 0, kVga), 30'000);
  EXPECT_EQ(target_bitrate_bps({.encoder_bps = 0, .min_bps = 2'000'000'000}, ~std::uint64_t{0}, {8192, 8192}),
            100'000'000);
  EXPECT_EQ(target_bitrate_bps({.encoder_bps = -5, .max_bps = 1}, std::nullopt, kVga), 30'000);
}

}  // namespace
}  // namespace kaskado::media
