#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace kaskado::base {
namespace {

std::string decoded(std::string_view text) {
  const auto bytes = from_base64(text);
  return bytes ? std::string(as_text(*bytes)) : "nothing";
}

// RFC 4648 §10.
TEST(Base64, WritesAndReadsTheVectorsOfTheRfc) {
  const std::pair<std::string_view, std::string_view> kVectors[] = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : kVectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), text);
    EXPECT_EQ(decoded(text), plain);
  }
  const std::uint8_t high[] = {0xfb, 0xff, 0xfe};
  EXPECT_EQ(to_base64(high), "+//+");
}

TEST(Base64, PaddingMayBeMissing) {
  EXPECT_EQ(decoded("Zg"), "f");
  EXPECT_EQ(decoded("Zm8"), "fo");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const char* text : {"Z", "Zm9vY", "Zg===", "=", "Z=g=", "Zm9v\n", "Zm 9", "Zm9-", "Zh==", "Zm9="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace kaskado::base
