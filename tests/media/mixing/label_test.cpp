#include "media/mixing/label.hpp"

#include <gtest/gtest.h>

#include "media/mixing/font.hpp"

namespace kaskado::media {
namespace {

TEST(Label, IsAsciiAndBounded) {
  EXPECT_EQ(label_text("Ann"), "Ann");
  EXPECT_EQ(label_text("J\xc3\xbcrgen \xe2\x82\xac\n"), "J?rgen ??");
  EXPECT_EQ(label_text("\x80\x80"), "");
  EXPECT_EQ(label_text(std::string(1000, 'x')).size(), kMaxLabelCharacters);
}

TEST(Label, LiesAtTheBottomLeftOfItsCell) {
  const Rect area = label_area({640, 360, 640, 360}, "Ann");
  EXPECT_EQ(area.x, 640);
  EXPECT_EQ(area.bottom(), 720);
  EXPECT_EQ(area.width, (3 * 6 - 1 + 2) * 2);
  EXPECT_EQ(area.height, 20);
  EXPECT_GT(label_area({0, 0, 1280, 720}, "Ann").height, 50);
}

TEST(Label, IsCutToItsCell) {
  const Rect area = label_area({0, 0, 40, 40}, "A long name");
  EXPECT_LE(area.width, 40);
  EXPECT_FALSE(area.empty());
  EXPECT_TRUE(label_area({0, 0, 8, 40}, "A").empty());
  EXPECT_TRUE(label_area({0, 0, 400, 10}, "A").empty());
  EXPECT_TRUE(label_area({0, 0, 400, 400}, "").empty());
}

// The letter L, dot by dot.
TEST(Label, DrawsLetters) {
  const Rect area = label_area({0, 0, 320, 240}, "L");
  const auto drawn = draw_label(area, "L");
  std::string dots;
  for (int row = 0; row < area.height / 2; ++row) {
    for (int column = 0; column < area.width / 2; ++column)
      dots += drawn->y()[row * 2 * drawn->stride_y() + column * 2] == 235 ? '#' : '.';
    dots += '\n';
  }
  EXPECT_EQ(dots,
            ".......\n.#.....\n.#.....\n.#.....\n.#.....\n.#.....\n.#.....\n.#####.\n.......\n.......\n");
}

TEST(Font, HasADifferentGlyphForEachCharacter) {
  for (char one = ' '; one < '~'; ++one)
    for (char other = static_cast<char>(one + 1); other <= '~'; ++other)
      EXPECT_NE(glyph(one), glyph(other)) << one << other;
  EXPECT_EQ(glyph('\n'), glyph('?'));
  EXPECT_EQ(glyph('\xff'), glyph('?'));
}

}  // namespace
}  // namespace kaskado::media
