#include "srtp/sdes.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "srtp/receiver.hpp"
#include "srtp/sender.hpp"

namespace kaskado::srtp {
namespace {

// 16 bytes of key and 14 of salt: "4321ZYXWVUTSRQPO" and "NMLKJIHGFEDCBA".
const std::string kInline = "inline:NDMyMVpZWFdWVVRTUlFQT05NTEtKSUhHRkVEQ0JB";
const std::string kLine = "1 AES_CM_128_HMAC_SHA1_80 " + kInline;

std::string error_of(const std::string& line) {
  const auto key = parse_sdes(line);
  return key ? "none" : key.error().message;
}

TEST(Sdes, ReadsTagSuiteKeyAndSalt) {
  const auto key = parse_sdes(kLine);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->tag, 1u);
  EXPECT_EQ(key->master.profile, Profile::aes128_cm_sha1_80);
  EXPECT_EQ(base::as_text(key->master.key.first(16)), "4321ZYXWVUTSRQPO");
  EXPECT_EQ(base::as_text(key->master.salt.first(14)), "NMLKJIHGFEDCBA");
  EXPECT_EQ(key->lifetime_packets, kMaxRtpPackets);
  EXPECT_EQ(key->mki.length, 0);
}

TEST(Sdes, ReadsLifetimeAndMkiInEitherForm) {
  const auto both = parse_sdes(kLine + "|2^20|1:4");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->lifetime_packets, 1u << 20);
  ASSERT_EQ(both->mki.length, 4);
  EXPECT_EQ(base::load_u32(both->mki.bytes.data()), 1u);
  EXPECT_EQ(parse_sdes(kLine + "|1048576")->lifetime_packets, 1048576u);
  EXPECT_EQ(parse_sdes(kLine + "|2^48")->lifetime_packets, kMaxRtpPackets);
  const auto mki_alone = parse_sdes(kLine + "|258:2");
  EXPECT_EQ(mki_alone->lifetime_packets, kMaxRtpPackets);
  EXPECT_EQ(base::load_u16(mki_alone->mki.bytes.data()), 258);
  EXPECT_EQ(parse_sdes(kLine + "|18446744073709551615:8")->mki.bytes[0], 0xff);
}

TEST(Sdes, TakesSessionParametersThatChangeNothing) {
  EXPECT_TRUE(parse_sdes(kLine + " KDR=0 WSH=128 -anything"));
  for (const char* parameter :
       {"KDR=1", "UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP", "FEC_ORDER=FEC_SRTP"}) {
    EXPECT_EQ(error_of(kLine + " " + parameter),
              "the session parameter '" + std::string(parameter) + "' is not supported");
  }
}

TEST(Sdes, SaysWhatIsWrong) {
  EXPECT_EQ(error_of(""), "the tag '' is not a number");
  EXPECT_EQ(error_of("x AES_CM_128_HMAC_SHA1_80 " + kInline), "the tag 'x' is not a number");
  EXPECT_EQ(error_of("1234567890 AES_CM_128_HMAC_SHA1_80 " + kInline),
            "the tag '1234567890' is not a number");
  EXPECT_EQ(error_of("1 F8_128_HMAC_SHA1_80 " + kInline), "the suite 'F8_128_HMAC_SHA1_80' is not known");
  EXPECT_EQ(error_of("1 \x01"
                     "A\xff"),
            "the suite '?A?' is not known");
  EXPECT_EQ(error_of("1 AES_CM_128_HMAC_SHA1_80"), "the key is not inline");
  EXPECT_EQ(error_of("1 AES_CM_128_HMAC_SHA1_80 uri:https://keys.example"), "the key is not inline");
  EXPECT_EQ(error_of("1 AES_CM_128_HMAC_SHA1_80 inline:?"), "the key is no base64");
  EXPECT_EQ(error_of("1 AES_CM_128_HMAC_SHA1_80 inline:"),
            "the key has 0 bytes and not the 30 of AES_CM_128_HMAC_SHA1_80");
  EXPECT_EQ(error_of("1 AES_256_CM_HMAC_SHA1_32 " + kInline),
            "the key has 30 bytes and not the 46 of AES_256_CM_HMAC_SHA1_32");
  EXPECT_EQ(error_of(kLine + ";" + kInline), "more than one key is not supported");
  for (const char* lifetime : {"2^49", "0", "2^", "-1", "281474976710657"}) {
    EXPECT_EQ(error_of(kLine + "|" + lifetime),
              "the lifetime '" + std::string(lifetime) + "' is not between 1 and 2^48");
  }
  for (const char* mki : {"1:0", "1:9", "256:1", ":1", "1:", "x:1"}) {
    EXPECT_EQ(error_of(kLine + "|" + mki),
              "the MKI '" + std::string(mki) + "' is not a number of 1 to 8 octets");
  }
}

TEST(Sdes, ErrorsDoNotTellTheKey) {
  for (const std::string& line :
       {kLine + "|2^99", kLine + ";" + kInline, "1 AES_256_CM_HMAC_SHA1_80 " + kInline, kLine + "=="}) {
    EXPECT_EQ(error_of(line).find("NDMyMVpZ"), std::string::npos);
  }
}

TEST(Sdes, WhatIsWrittenIsReadAgain) {
  base::SeededRandom random(3);
  for (const Profile profile : kAllProfiles) {
    const MasterKey master = generate_master_key(profile, random);
    const auto again = parse_sdes("7 " + to_sdes(master));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->tag, 7u);
    EXPECT_EQ(again->master.profile, profile);
    EXPECT_EQ(again->master.key, master.key);
    EXPECT_EQ(again->master.salt, master.salt);
  }
  EXPECT_EQ(to_sdes(parse_sdes(kLine)->master), kLine.substr(2));
}

TEST(Sdes, GeneratedKeysDiffer) {
  base::SeededRandom random(3);
  const MasterKey first = generate_master_key(Profile::aes256_cm_sha1_80, random);
  const MasterKey second = generate_master_key(Profile::aes256_cm_sha1_80, random);
  EXPECT_FALSE(first.key == second.key);
  EXPECT_FALSE(first.salt == second.salt);
}

}  // namespace
}  // namespace kaskado::srtp
