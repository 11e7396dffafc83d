#include "sctp/utf8.hpp"

#include <gtest/gtest.h>

namespace kaskado::sctp {
namespace {

TEST(Utf8, TakesEveryLength) {
  for (const char* text : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8, RefusesOverlongSurrogatesAndPieces) {
  for (const char* text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80",
                           "\xe1\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
                           "\xf1\x80\x80", "\xc2\x41", "\xe1\x80\xc0"})
    EXPECT_FALSE(is_utf8(text)) << text;
}

}  // namespace
}  // namespace kaskado::sctp
