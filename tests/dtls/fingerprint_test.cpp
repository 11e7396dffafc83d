#include "dtls/fingerprint.hpp"

#include <gtest/gtest.h>

namespace kaskado::dtls {
namespace {

constexpr std::string_view kSha256 =
    "sha-256 12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD";
constexpr std::string_view kSha1 = "sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB";

TEST(Fingerprint, ReadsWhatItWrites) {
  for (const std::string_view text : {kSha256, kSha1}) {
    const auto fingerprint = Fingerprint::parse(text);
    ASSERT_TRUE(fingerprint.ok());
    EXPECT_EQ(fingerprint->text(), text);
  }
  EXPECT_EQ(Fingerprint::parse(kSha256)->algorithm(), HashAlgorithm::sha256);
  EXPECT_EQ(Fingerprint::parse(kSha256)->digest().size(), 32u);
  EXPECT_EQ(Fingerprint::parse(kSha256)->digest()[1], 0xdf);
}

TEST(Fingerprint, LettersMayHaveAnyCase) {
  std::string lower(kSha256), upper(kSha256);
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  ASSERT_TRUE(Fingerprint::parse(lower).ok());
  ASSERT_TRUE(Fingerprint::parse(upper).ok());
  EXPECT_EQ(*Fingerprint::parse(lower), *Fingerprint::parse(upper));
  EXPECT_EQ(*Fingerprint::parse("  " + lower + " \r"), *Fingerprint::parse(kSha256));
}

TEST(Fingerprint, RefusesWhatIsNone) {
  const std::string good(kSha256);
  for (const std::string& bad :
       {std::string(), std::string("sha-256"), std::string("sha-256 "), good.substr(8), good + ":00",
        good + ":", good.substr(0, good.size() - 3), "md5" + good.substr(7), "sha-512" + good.substr(7),
        "sha-1" + good.substr(7), good.substr(0, 8) + "1G" + good.substr(10),
        good.substr(0, 10) + "-" + good.substr(11), good.substr(0, 8) + " " + good.substr(9)})
    EXPECT_FALSE(Fingerprint::parse(bad).ok()) << bad;
}

TEST(Fingerprint, DiffersInAnyByteAndInTheAlgorithm) {
  std::string other(kSha256);
  other.back() = 'E';
  EXPECT_NE(*Fingerprint::parse(kSha256), *Fingerprint::parse(other));
  EXPECT_NE(*Fingerprint::parse(kSha256), *Fingerprint::parse(kSha1));
  EXPECT_NE(Fingerprint{}, Fingerprint{}) << "an empty one matches nothing";
}

}  // namespace
}  // namespace kaskado::dtls
