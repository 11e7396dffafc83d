#include "srtp/profile.hpp"

#include <gtest/gtest.h>

namespace kaskado::srtp {
namespace {

TEST(Profile, DtlsIdsAreTheRegisteredOnes) {
  EXPECT_EQ(profile_from_dtls_id(0x0001), Profile::aes128_cm_sha1_80);
  EXPECT_EQ(profile_from_dtls_id(0x0002), Profile::aes128_cm_sha1_32);
  EXPECT_EQ(profile_from_dtls_id(0x0007), Profile::aead_aes128_gcm);
  EXPECT_EQ(profile_from_dtls_id(0x0008), Profile::aead_aes256_gcm);
  EXPECT_EQ(profile_from_dtls_id(0x0000), std::nullopt);
  EXPECT_EQ(profile_from_dtls_id(0x0005), std::nullopt) << "no NULL cipher";
}

TEST(Profile, NamesLeadBack) {
  for (const Profile profile : kAllProfiles) EXPECT_EQ(profile_from_name(traits(profile).name), profile);
  EXPECT_EQ(profile_from_name("F8_128_HMAC_SHA1_80"), std::nullopt);
}

TEST(Profile, OverheadBoundsHold) {
  for (const Profile profile : kAllProfiles) {
    EXPECT_LE(traits(profile).rtp_tag_bytes, kMaxRtpOverheadBytes);
    EXPECT_LE(traits(profile).rtcp_tag_bytes + kSrtcpIndexBytes, kMaxRtcpOverheadBytes);
    EXPECT_LE(traits(profile).key_bytes, kMaxKeyBytes);
    EXPECT_LE(traits(profile).salt_bytes, kMaxSaltBytes);
  }
}

TEST(MasterKey, TakesOnlyTheProfilesLengths) {
  const std::array<std::uint8_t, 32> bytes{1, 2, 3};
  const base::Bytes all{bytes};
  const auto good = MasterKey::from(Profile::aes128_cm_sha1_80, all.first(16), all.first(14));
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good->key.bytes[2], 3);
  EXPECT_EQ(good->salt.bytes[0], 1);
  EXPECT_FALSE(MasterKey::from(Profile::aead_aes128_gcm, all.first(16), all.first(14)).ok());
  EXPECT_FALSE(MasterKey::from(Profile::aes128_cm_sha1_80, all.first(32), all.first(14)).ok());
  EXPECT_EQ(MasterKey::from(Profile::aead_aes256_gcm, all.first(16), all.first(12)).error().message,
            "SRTP master key and salt of 16 and 12 bytes do not fit AEAD_AES_256_GCM");
}

}  // namespace
}  // namespace kaskado::srtp
