#include "srtp/key_derivation.hpp"

#include <gtest/gtest.h>

#include "packets.hpp"

namespace kaskado::srtp {
namespace {

ByteVector to_vector(base::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

// RFC 3711 appendix B.3.
TEST(KeyDerivation, Aes128VectorsOfRfc3711) {
  const auto master = MasterKey::from(Profile::aes128_cm_sha1_80, hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
                                      hex("0EC675AD498AFEEBB6960B3AABE6"));
  ASSERT_TRUE(master.ok());
  const SessionKeys keys = derive_rtp_keys(*master);
  EXPECT_EQ(to_vector(keys.key.first(16)), hex("C61E7A93744F39EE10734AFE3FF7A087"));
  EXPECT_EQ(to_vector(keys.salt.first(14)), hex("30CBBC08863D8C85D49DB34A9AE1"));
  EXPECT_EQ(to_vector(keys.auth.first(20)), hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
}

// RFC 6188 §7.2.
TEST(KeyDerivation, Aes256VectorsOfRfc6188) {
  const auto master = MasterKey::from(
      Profile::aes256_cm_sha1_80, hex("f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6"),
      hex("3b04803de51ee7c96423ab5b78d2"));
  ASSERT_TRUE(master.ok());
  const SessionKeys keys = derive_rtp_keys(*master);
  EXPECT_EQ(to_vector(keys.key.first(32)),
            hex("5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4"));
  EXPECT_EQ(to_vector(keys.salt.first(14)), hex("fa31791685ca444a9e07c6c64e93"));
  EXPECT_EQ(to_vector(keys.auth.first(20)), hex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05"));
}

TEST(KeyDerivation, RtpAndRtcpKeysDiffer) {
  base::SeededRandom random(1);
  for (const Profile profile : kAllProfiles) {
    const MasterKey master = random_master(profile, random);
    const SessionKeys rtp = derive_rtp_keys(master), rtcp = derive_rtcp_keys(master);
    EXPECT_NE(rtp.key, rtcp.key);
    EXPECT_NE(rtp.salt, rtcp.salt);
  }
}

}  // namespace
}  // namespace kaskado::srtp
