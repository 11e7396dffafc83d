// The test vectors of RFC 5769, all four.
#include <gtest/gtest.h>

#include <vector>

#include "ice/stun.hpp"
#include "ice/stun_writer.hpp"

namespace kaskado::ice {
namespace {

std::vector<std::uint8_t> from_hex(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  int high = -1;
  for (const char c : hex) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  return bytes;
}

const auto kRequest = from_hex(
    "00010058 2112a442 b7e7a701bc34d686fa87dfae 80220010 5354554e207465737420636c69656e74 00240004 6e0001ff"
    "80290008 932ff9b151263b36 00060009 6576746a3a68367659202020 00080014 "
    "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004 e57a3bcf");
const auto kResponseV4 = from_hex(
    "0101003c 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220 00200008 0001a147e112a643"
    "00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96");
const auto kResponseV6 = from_hex(
    "01010048 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220 00200014"
    "0002a147 0113a9faa5d3f179bc25f4b5bed2b9d9 00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 "
    "c8fb0b4c");
const auto kLongTerm = from_hex(
    "00010060 2112a442 78ad3433c6ad72c029da412e 00060012 e3839ee38388e383aae38383e382afe382b90000"
    "0015001c 662f2f3439396b39353464364f4c33346f4c394653547679363473 41 0014000b 6578616d706c652e6f726700"
    "00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666");

constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";
constexpr TransactionId kTransaction{0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};

TEST(Rfc5769, SampleRequest) {
  const auto message = StunMessage::parse(kRequest);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->type, StunClass::request);
  EXPECT_EQ(message->method, kBindingMethod);
  EXPECT_EQ(message->transaction, kTransaction);
  EXPECT_EQ(message->software, "STUN test client");
  EXPECT_EQ(message->priority, 0x6e0001ffu);
  EXPECT_EQ(message->ice_controlled, 0x932ff9b151263b36u);
  EXPECT_FALSE(message->ice_controlling);
  EXPECT_FALSE(message->use_candidate);
  EXPECT_EQ(message->username, "evtj:h6vY");
  EXPECT_EQ(receiver_ufrag(message->username), "evtj");
  EXPECT_TRUE(message->has_fingerprint);
  EXPECT_TRUE(message->verify(StunKey::short_term(kPassword)));
  EXPECT_FALSE(message->verify(StunKey::short_term("VOkJxbRl1RmTxUk/WvJxBu")));
  EXPECT_EQ(peek_username(kRequest), "evtj:h6vY");
}

TEST(Rfc5769, SampleIpv4Response) {
  const auto message = StunMessage::parse(kResponseV4);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->type, StunClass::success);
  EXPECT_EQ(message->software, "test vector");
  EXPECT_EQ(message->xor_mapped_address.text(), "192.0.2.1:32853");
  EXPECT_TRUE(message->has_fingerprint);
  EXPECT_TRUE(message->verify(StunKey::short_term(kPassword)));
}

TEST(Rfc5769, SampleIpv6Response) {
  const auto message = StunMessage::parse(kResponseV6);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->xor_mapped_address.text(), "[2001:db8:1234:5678:11:2233:4455:6677]:32853");
  EXPECT_TRUE(message->verify(StunKey::short_term(kPassword)));
}

TEST(Rfc5769, SampleRequestWithLongTermAuthentication) {
  const auto message = StunMessage::parse(kLongTerm);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->username, "\u30de\u30c8\u30ea\u30c3\u30af\u30b9");
  EXPECT_EQ(message->realm, "example.org");
  EXPECT_EQ(message->nonce, "f//499k954d6OL34oL9FSTvy64sA");
  EXPECT_FALSE(message->has_fingerprint);
  EXPECT_TRUE(message->verify(StunKey::long_term(message->username, message->realm, "TheMatrIX")));
  EXPECT_FALSE(message->verify(StunKey::long_term(message->username, message->realm, "TheMatrix")));
}

// The RFC's padding bytes are blanks and ours are zeros; but for those, the writer gives the same message.
TEST(Rfc5769, WriterMakesTheResponse) {
  std::array<std::uint8_t, 200> buffer;
  StunWriter writer(buffer, StunClass::success, kTransaction);
  writer.text(StunAttribute::software, "test vector!");  // a text without padding
  writer.xor_mapped_address(*SocketAddress::parse("192.0.2.1", 32853));
  const Bytes written = writer.finish(StunKey::short_term(kPassword));
  ASSERT_EQ(written.size(), kResponseV4.size());
  EXPECT_TRUE(std::equal(written.begin(), written.begin() + 20, kResponseV4.begin()));
  EXPECT_TRUE(std::equal(written.begin() + 36, written.begin() + 48, kResponseV4.begin() + 36));
  const auto message = StunMessage::parse(written);
  ASSERT_TRUE(message.ok());
  EXPECT_TRUE(message->verify(StunKey::short_term(kPassword)));
}

}  // namespace
}  // namespace kaskado::ice
