#include "ice/stun.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "base/random.hpp"
#include "ice/crc32.hpp"
#include "ice/stun_writer.hpp"

namespace kaskado::ice {
namespace {

using base::DropReason;

constexpr TransactionId kTransaction{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const StunKey kKey = StunKey::short_term("a password of some length");

std::vector<std::uint8_t> full_request() {
  std::array<std::uint8_t, 300> buffer;
  StunWriter writer(buffer, StunClass::request, kTransaction);
  writer.username("theirs", "ours");
  writer.priority(1853824767);
  writer.ice_controlling(0x1122334455667788);
  writer.use_candidate();
  const Bytes written = writer.finish(kKey);
  return {written.begin(), written.end()};
}

DropReason reason_of(const std::vector<std::uint8_t>& bytes) {
  const auto message = StunMessage::parse(bytes);
  return message.ok() ? DropReason::none : message.error();
}

// A request with one attribute and nothing else, written byte by byte.
std::vector<std::uint8_t> with_attribute(std::uint16_t type, std::uint16_t length,
                                         std::vector<std::uint8_t> value) {
  std::array<std::uint8_t, 600> buffer;
  base::ByteWriter writer(buffer);
  writer.u16(1);
  writer.u16(static_cast<std::uint16_t>(4 + value.size()));
  writer.u32(kStunMagicCookie);
  writer.bytes(kTransaction);
  writer.u16(type);
  writer.u16(length);
  writer.bytes(value);
  return {writer.written().begin(), writer.written().end()};
}

TEST(Crc32, KnowsTheCheckValue) {
  EXPECT_EQ(crc32(base::as_bytes("123456789")), 0xcbf43926u);
  EXPECT_EQ(crc32({}), 0u);
  EXPECT_EQ(crc32(base::as_bytes("The quick brown fox jumps over the lazy dog")), 0x414fa339u);
}

TEST(StunKey, IsHmacSha1) {  // RFC 2202 §3, cases 2 and 6
  const auto text = base::as_bytes("what do ya want for nothing?");
  const StunKey::Digest jefe{0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74,
                             0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a, 0x7c, 0x79};
  EXPECT_EQ(StunKey::short_term("Jefe").sign(text.first(5), text.subspan(5)), jefe);
  const StunKey::Digest longer{0xaa, 0x4a, 0xe5, 0xe1, 0x52, 0x72, 0xd0, 0x0e, 0x95, 0x70,
                               0x56, 0x37, 0xce, 0x8a, 0x3b, 0x55, 0xed, 0x40, 0x21, 0x12};
  const std::string key(80, '\xaa');
  EXPECT_EQ(StunKey::short_term(key).sign(
                base::as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"), {}),
            longer);
}

TEST(Stun, ReadsWhatItWrote) {
  const auto bytes = full_request();
  const auto message = StunMessage::parse(bytes);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->type, StunClass::request);
  EXPECT_EQ(message->transaction, kTransaction);
  EXPECT_EQ(message->username, "theirs:ours");
  EXPECT_EQ(message->priority, 1853824767u);
  EXPECT_EQ(message->ice_controlling, 0x1122334455667788u);
  EXPECT_TRUE(message->use_candidate);
  EXPECT_TRUE(message->has_fingerprint);
  EXPECT_TRUE(message->verify(kKey));
  EXPECT_EQ(message->unknown_count, 0);
  EXPECT_EQ(base::as_text(message->find(0x0006)), "theirs:ours");
  EXPECT_EQ(message->find(0x7777).data(), nullptr);
}

TEST(Stun, EveryClassAndMethodSurvives) {
  for (const auto type : {StunClass::request, StunClass::indication, StunClass::success, StunClass::error}) {
    for (const std::uint16_t method : {0x001, 0x003, 0x080, 0x555, 0xaaa, 0xfff}) {
      std::array<std::uint8_t, 64> buffer;
      const auto message = StunMessage::parse(StunWriter(buffer, type, kTransaction, method).finish());
      ASSERT_TRUE(message.ok());
      EXPECT_EQ(message->type, type);
      EXPECT_EQ(message->method, method);
      EXPECT_FALSE(message->verify(kKey)) << "no integrity, no trust";
    }
  }
}

TEST(Stun, AddressesOfBothFamilies) {
  for (const char* ip : {"192.0.2.1", "2001:db8::1:2"}) {
    std::array<std::uint8_t, 128> buffer;
    StunWriter writer(buffer, StunClass::success, kTransaction);
    writer.mapped_address(*SocketAddress::parse(ip, 4242));
    const auto plain = StunMessage::parse(writer.finish());
    ASSERT_TRUE(plain.ok());
    EXPECT_EQ(plain->reflexive_address(), *SocketAddress::parse(ip, 4242));
    EXPECT_FALSE(plain->xor_mapped_address.is_set());

    StunWriter masked(buffer, StunClass::success, kTransaction);
    masked.mapped_address(*SocketAddress::parse("10.0.0.1", 1));
    masked.xor_mapped_address(*SocketAddress::parse(ip, 4242));
    const auto both = StunMessage::parse(masked.finish());
    ASSERT_TRUE(both.ok());
    EXPECT_EQ(both->reflexive_address(), *SocketAddress::parse(ip, 4242));
  }
}

TEST(Stun, ErrorsAndUnknownAttributes) {
  std::array<std::uint8_t, 128> buffer;
  StunWriter writer(buffer, StunClass::error, kTransaction);
  writer.error_code(420, "Unknown Attribute");
  const std::array<std::uint16_t, 3> unknown{0x7001, 0x7002, 0x7003};
  writer.unknown_attributes(unknown);
  const auto message = StunMessage::parse(writer.finish(kKey));
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->error_code, 420);
  EXPECT_EQ(message->error_reason, "Unknown Attribute");
  const Bytes list = message->find(static_cast<std::uint16_t>(StunAttribute::unknown_attributes));
  ASSERT_EQ(list.size(), 6u);
  EXPECT_EQ(base::load_u16(list.data() + 4), 0x7003);
}

TEST(Stun, CollectsUnknownComprehensionRequiredAttributes) {
  std::array<std::uint8_t, 300> buffer;
  StunWriter writer(buffer, StunClass::request, kTransaction);
  for (std::uint16_t i = 0; i < 12; ++i) writer.attribute(static_cast<std::uint16_t>(0x7000 + i), {});
  writer.attribute(0xc057, base::as_bytes("ignored"));  // comprehension-optional
  const auto message = StunMessage::parse(writer.finish());
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->unknown_count, StunMessage::kMaxUnknown);
  EXPECT_EQ(message->unknown[7], 0x7007);
}

TEST(Stun, WhatFollowsIntegrityIsNotTrusted) {
  const auto whole = full_request();
  const std::array<std::uint8_t, 8> late{0, 0x24, 0, 4, 0xff, 0xff, 0xff, 0xff};
  std::vector<std::uint8_t> with_late(whole.begin(), whole.end() - 8);  // without the fingerprint
  with_late.insert(with_late.end(), late.begin(), late.end());
  base::store_u16(with_late.data() + 2, static_cast<std::uint16_t>(with_late.size() - 20));
  const auto message = StunMessage::parse(with_late);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->priority, 1853824767u);
  EXPECT_TRUE(message->verify(kKey)) << "the length that is hashed ends with MESSAGE-INTEGRITY";
}

TEST(Stun, OneFlippedBitIsNoticed) {
  const auto good = full_request();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const auto message = StunMessage::parse(bad);
    EXPECT_FALSE(message.ok() && message->has_fingerprint && message->verify(kKey)) << "bit " << bit;
  }
}

TEST(Stun, RefusesMalformedHeaders) {
  const auto good = full_request();
  EXPECT_EQ(reason_of({}), DropReason::bad_stun);
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_EQ(reason_of({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length)}),
              DropReason::bad_stun);
  }
  auto bytes = good;
  bytes[0] |= 0x40;
  EXPECT_EQ(reason_of(bytes), DropReason::bad_stun) << "first two bits";
  bytes = good;
  bytes[4] ^= 1;
  EXPECT_EQ(reason_of(bytes), DropReason::bad_stun) << "cookie";
  bytes = good;
  bytes.push_back(0);
  EXPECT_EQ(reason_of(bytes), DropReason::bad_stun) << "longer than it says";
  bytes = good;
  bytes.back() ^= 1;
  EXPECT_EQ(reason_of(bytes), DropReason::bad_stun_fingerprint);
}

TEST(Stun, RefusesMalformedAttributes) {
  EXPECT_EQ(reason_of(with_attribute(0x7001, 4, {0, 0, 0, 0})), DropReason::none)
      << "the helper makes good ones";
  EXPECT_EQ(reason_of(with_attribute(0x8022, 5, {0, 0, 0, 0})), DropReason::bad_stun) << "runs over the end";
  EXPECT_EQ(reason_of(with_attribute(0x8022, 0xffff, {0, 0, 0, 0})), DropReason::bad_stun);
  EXPECT_EQ(reason_of(with_attribute(0x0024, 2, {0, 0, 0, 0})), DropReason::bad_stun)
      << "PRIORITY of 2 bytes";
  EXPECT_EQ(reason_of(with_attribute(0x0025, 4, {0, 0, 0, 0})), DropReason::bad_stun)
      << "USE-CANDIDATE with a value";
  EXPECT_EQ(reason_of(with_attribute(0x802a, 4, {0, 0, 0, 0})), DropReason::bad_stun) << "short tie-breaker";
  EXPECT_EQ(reason_of(with_attribute(0x0008, 4, {0, 0, 0, 0})), DropReason::bad_stun)
      << "short MESSAGE-INTEGRITY";
  EXPECT_EQ(reason_of(with_attribute(0x8028, 0, {})), DropReason::bad_stun) << "short FINGERPRINT";
  EXPECT_EQ(reason_of(with_attribute(0x0020, 4, {0, 1, 0, 0})), DropReason::bad_stun)
      << "address without address";
  EXPECT_EQ(reason_of(with_attribute(0x0020, 8, {0, 3, 0, 0, 0, 0, 0, 0})), DropReason::bad_stun)
      << "family 3";
  EXPECT_EQ(reason_of(with_attribute(0x0020, 8, {0, 2, 0, 0, 0, 0, 0, 0})), DropReason::bad_stun)
      << "short IPv6";
  EXPECT_EQ(reason_of(with_attribute(0x0009, 4, {0, 0, 7, 0})), DropReason::bad_stun) << "error class 7";
  EXPECT_EQ(reason_of(with_attribute(0x0009, 4, {0, 0, 4, 100})), DropReason::bad_stun) << "error number 100";
  EXPECT_EQ(reason_of(with_attribute(0x0006, 516, std::vector<std::uint8_t>(516, 'a'))),
            DropReason::bad_stun);
  EXPECT_EQ(reason_of(with_attribute(0x0006, 513, std::vector<std::uint8_t>(516, 'a'))), DropReason::none);
}

TEST(Stun, FingerprintMustBeLast) {
  auto bytes = full_request();
  bytes.insert(bytes.end(), {0x80, 0x22, 0, 0});
  base::store_u16(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size() - 20));
  EXPECT_EQ(reason_of(bytes), DropReason::bad_stun);
}

TEST(Stun, ZeroLengthsAndPaddingAreFine) {
  EXPECT_EQ(reason_of(with_attribute(0x8022, 0, {})), DropReason::none);
  EXPECT_EQ(reason_of(with_attribute(0x8022, 1, {'a', 0xff, 0xff, 0xff})), DropReason::none);
}

TEST(Stun, PeekFindsTheUsernameAndNothingElse) {
  auto bytes = full_request();
  EXPECT_EQ(peek_username(bytes), "theirs:ours");
  bytes.back() ^= 1;  // it does not look at the fingerprint
  EXPECT_EQ(peek_username(bytes), "theirs:ours");
  bytes.pop_back();
  EXPECT_FALSE(peek_username(bytes));
  EXPECT_FALSE(peek_username(with_attribute(0x8022, 4, {1, 2, 3, 4})));
  EXPECT_FALSE(peek_username({}));
  EXPECT_EQ(receiver_ufrag("a:b"), "a");
  EXPECT_EQ(receiver_ufrag("alone"), "alone");
  EXPECT_EQ(receiver_ufrag(""), "");
}

TEST(Stun, IsToldFromOtherProtocols) {
  EXPECT_TRUE(is_stun(full_request()));
  std::vector<std::uint8_t> dtls(64, 0x16);
  EXPECT_FALSE(is_stun(dtls));
  std::vector<std::uint8_t> rtp(64, 0x80);
  base::store_u32(rtp.data() + 4, kStunMagicCookie);
  EXPECT_FALSE(is_stun(rtp));
}

TEST(StunWriter, GivesNothingWhereItDoesNotFit) {
  for (std::size_t size = 0; size < full_request().size(); ++size) {
    std::vector<std::uint8_t> buffer(size);
    StunWriter writer(buffer, StunClass::request, kTransaction);
    writer.username("theirs", "ours");
    writer.priority(1);
    writer.ice_controlling(1);
    writer.use_candidate();
    EXPECT_TRUE(writer.finish(kKey).empty()) << size;
  }
}

TEST(Stun, RandomBytesNeverVerify) {
  base::SeededRandom random(1);
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::uint8_t> bytes(20 + random.below(20) * 4);
    random.fill(bytes);
    bytes[0] &= 3;
    base::store_u16(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size() - 20));
    base::store_u32(bytes.data() + 4, kStunMagicCookie);
    const auto message = StunMessage::parse(bytes);
    EXPECT_FALSE(message.ok() && message->verify(kKey));
  }
}

}  // namespace
}  // namespace kaskado::ice
