#include <gtest/gtest.h>

#include <algorithm>

#include "engines.hpp"
#include "packets.hpp"
#include "srtp/aes_counter.hpp"
#include "srtp/hmac_sha1.hpp"
#include "srtp/layout.hpp"
#include "srtp/packet_cipher.hpp"

namespace kaskado::srtp {
namespace {

ByteVector to_vector(base::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

// RFC 3711 appendix B.2: the first three blocks and those around counter 0xff00.
TEST(AesCounter, KeyStreamOfRfc3711) {
  AesCounter counter(hex("2B7E151628AED2A6ABF7158809CF4F3C"));
  AesCounter::Block iv{};
  std::ranges::copy(hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000"), iv.begin());
  ByteVector stream(0xff02 * 16);
  ASSERT_TRUE(counter.apply(iv, stream, stream.data()));
  const base::Bytes all{stream};
  EXPECT_EQ(to_vector(all.first(48)), hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"
                                          "41E95B3BB0A2E8DD477901E4FCA894C0"));
  EXPECT_EQ(to_vector(all.last(48)), hex("EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE"
                                         "6A2CC3787889374FBEB4C81B17BA6C44"));
}

// RFC 2202 §3, cases 1, 2 and 3.
TEST(HmacSha1, VectorsOfRfc2202) {
  const auto digest = [](const ByteVector& key, base::Bytes data) {
    return to_vector(HmacSha1(key).sign(data));
  };
  EXPECT_EQ(digest(ByteVector(20, 0x0b), base::as_bytes("Hi There")),
            hex("b617318655057264e28bc0b6fb378c8ef146be00"));
  EXPECT_EQ(digest(hex("4a656665"), base::as_bytes("what do ya want for nothing?")),
            hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
  EXPECT_EQ(digest(ByteVector(20, 0xaa), ByteVector(50, 0xdd)),
            hex("125d7342b9ac11cd91a39af48aa17b4f63f175d3"));
}

// Every position of the message's end within a block, with the padding in one block and in two.
TEST(HmacSha1, TrailerIsTheMessagesEnd) {
  base::SeededRandom random(7);
  const HmacSha1 hmac(random_bytes(20, random));
  for (std::size_t length = 4; length < 300; ++length) {
    const ByteVector message = random_bytes(length, random);
    const base::Bytes all{message};
    EXPECT_EQ(hmac.sign(all), hmac.sign(all.first(length - 4), base::load_u32(all.last(4).data()))) << length;
  }
}

struct GcmVector {
  Profile profile;
  std::string_view key;
  std::string_view rtp_sealed;   // behind the header: RFC 7714 §16.1.1, §16.2.1
  std::string_view rtcp_sealed;  // behind the header: §17.1, §17.2
  std::string_view rtcp_tag;     // of the packet that is only authenticated: §17.3, §17.4
};

const GcmVector kGcmVectors[] = {
    {Profile::aead_aes128_gcm, "000102030405060708090a0b0c0d0e0f",
     "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 "
     "6a9152cf"
     "765ee439 0cce",
     "63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b "
     "c84aa458"
     "96cf4d2f c5abf872 45d9eade 800005d4",
     "841dd968 3dd78ec9 2ae58790 125f62b3"},
    {Profile::aead_aes256_gcm, "000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f",
     "32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff "
     "d6b0f9bb"
     "7878d7a7 6c13",
     "d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad "
     "1d1eb30c"
     "4446839f 57ff6f6c b26ac3be 800005d4",
     "91db4afb feee5a97 8fab4393 ed2615fe"},
};

class GcmVectors : public testing::TestWithParam<Choice> {
 protected:
  GcmVectors() {
    keys_.profile = GetParam().profile;
    std::ranges::copy(hex(vector_.key), keys_.key.data());
    std::ranges::copy(hex("51756964 2070726f 2071756f"), keys_.salt.data());
  }

  PacketCipher sealing() const { return {keys_, Direction::encrypt, GetParam().engine}; }
  PacketCipher opening() const { return {keys_, Direction::decrypt, GetParam().engine}; }

  const GcmVector& vector_ = kGcmVectors[GetParam().profile == Profile::aead_aes256_gcm];
  SessionKeys keys_;
  const ByteVector rtp_header_ = hex("8040f17b 8041f8d3 5501a0b2");
  const ByteVector rtp_payload_ =
      hex("47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573");
  static constexpr std::uint64_t kRtpIndex = 0xf17b;
  const ByteVector rtcp_ = hex(
      "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef "
      "deadbeef"
      "deadbeef");
  static constexpr std::uint32_t kRtcpIndex = 0x5d4;
};

TEST_P(GcmVectors, SealsAndOpensRtp) {
  const ByteVector sealed = joined(rtp_header_, hex(vector_.rtp_sealed));
  ByteVector packet = rtp_header_;
  packet.resize(sealed.size());
  ASSERT_TRUE(sealing().seal_rtp(packet.data(), 12, rtp_payload_, kRtpIndex));
  EXPECT_EQ(packet, sealed);
  ASSERT_TRUE(opening().open_rtp(packet, 12, kRtpIndex));
  packet.resize(packet.size() - 16);
  EXPECT_EQ(packet, joined(rtp_header_, rtp_payload_));
}

TEST_P(GcmVectors, SealsAndOpensRtcp) {
  const ByteVector sealed = joined(hex("81c8000d 4d617273"), hex(vector_.rtcp_sealed));
  ByteVector packet = rtcp_;
  packet.resize(sealed.size());
  const std::uint32_t word = kSrtcpEncrypted | kRtcpIndex;
  ASSERT_TRUE(sealing().seal_rtcp(packet.data(), rtcp_.size(), word));
  EXPECT_EQ(packet, sealed);
  ASSERT_TRUE(opening().open_rtcp(packet, word));
  packet.resize(rtcp_.size());
  EXPECT_EQ(packet, rtcp_);
}

TEST_P(GcmVectors, OpensRtcpThatIsOnlyAuthenticated) {
  ByteVector packet = joined(joined(rtcp_, hex(vector_.rtcp_tag)), hex("000005d4"));
  PacketCipher cipher = opening();
  ASSERT_TRUE(cipher.open_rtcp(packet, kRtcpIndex));
  EXPECT_EQ(ByteVector(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(rtcp_.size())), rtcp_);
  packet[20] ^= 1;
  EXPECT_FALSE(cipher.open_rtcp(packet, kRtcpIndex));
}

std::vector<Choice> choices_of(bool aead) {
  std::vector<Choice> choices = available_choices();
  std::erase_if(choices, [&](const Choice& choice) { return traits(choice.profile).aead != aead; });
  return choices;
}

INSTANTIATE_TEST_SUITE_P(Rfc7714, GcmVectors, testing::ValuesIn(choices_of(true)), choice_name);

class CmVectors : public testing::TestWithParam<Choice> {};

// RFC 3711 appendix B.2 and RFC 6188 §7: the key stream is what zeros are sealed to.
TEST_P(CmVectors, KeyStreamOfRfc3711AndRfc6188) {
  const bool wide = traits(GetParam().profile).key_bytes == 32;
  SessionKeys keys;
  keys.profile = GetParam().profile;
  std::ranges::copy(hex(wide ? "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98"
                             : "2B7E151628AED2A6ABF7158809CF4F3C"),
                    keys.key.data());
  std::ranges::copy(hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"), keys.salt.data());
  const ByteVector zeros(0xff02 * 16);
  ByteVector packet(12 + zeros.size() + 10);
  ASSERT_TRUE(
      PacketCipher(keys, Direction::encrypt, GetParam().engine).seal_rtp(packet.data(), 12, zeros, 0));
  const base::Bytes stream = base::Bytes{packet}.subspan(12, zeros.size());
  EXPECT_EQ(to_vector(stream.first(48)),
            hex(wide ? "92bdd28a93c3f52511c677d08b5515a4 9da71b2378a854f67050756ded165bac"
                       "63c4868b7096d88421b563b8c94c9a31"
                     : "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"
                       "41E95B3BB0A2E8DD477901E4FCA894C0"));
  EXPECT_EQ(to_vector(stream.last(48)),
            hex(wide ? "cea518c90fd91ced9cbb18c078a54711 3dbc4814f4da5f00a08772b63c6a046d"
                       "6eb246913062a16891433e97dd01a57f"
                     : "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE"
                       "6A2CC3787889374FBEB4C81B17BA6C44"));
}

INSTANTIATE_TEST_SUITE_P(Profiles, CmVectors, testing::ValuesIn(choices_of(false)), choice_name);

}  // namespace
}  // namespace kaskado::srtp
