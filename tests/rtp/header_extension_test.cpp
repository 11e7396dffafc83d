#include "rtp/header_extension.hpp"

#include <gtest/gtest.h>

#include "rtp/egress_extensions.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::hex;
using test::make_media;
using namespace std::chrono_literals;

class HeaderExtensions : public ::testing::Test {
 protected:
  ExtensionValues read(const std::string& block) {
    media_ = make_media(pool_, {.extension = hex(block)}, test::at(0s), map_);
    return media_.extensions;
  }
  std::string text(ExtensionKind kind) {
    return std::string(text_of(kind, media_.extensions, media_.packet->bytes));
  }

  base::PacketPool pool_{64};
  ExtensionMap map_;
  MediaPacket media_;
};

TEST_F(HeaderExtensions, AreReadWithOneByteHeads) {
  map_.set(ExtensionKind::mid, 1);
  map_.set(ExtensionKind::audio_level, 2);
  map_.set(ExtensionKind::transport_cc, 3);
  map_.set(ExtensionKind::abs_send_time, 4);
  // RFC 8285 §4.2: padding between elements, an id that nobody negotiated (9), then the rest.
  read("be de 00 05 12 76 69 64 00 20 85 91 01 02 31 ab cd 42 01 02 03 00 00 00");
  EXPECT_EQ(text(ExtensionKind::mid), "vid");
  const auto level = audio_level(media_.extensions, media_.packet->bytes);
  ASSERT_TRUE(level);
  EXPECT_TRUE(level->voice);
  EXPECT_EQ(level->minus_dbov, 5);
  EXPECT_EQ(transport_sequence(media_.extensions, media_.packet->bytes), 0xabcd);
  EXPECT_EQ(abs_send_time(media_.extensions, media_.packet->bytes), 0x010203u);
  EXPECT_FALSE(media_.extensions.has(ExtensionKind::rid));
}

TEST_F(HeaderExtensions, AreReadWithTwoByteHeads) {
  map_.set(ExtensionKind::rid, 200);
  map_.set(ExtensionKind::repaired_rid, 1);
  map_.set(ExtensionKind::video_orientation, 15);
  // RFC 8285 §4.3: application bits 5, an element without bytes, padding.
  read("10 05 00 03 01 00 00 c8 02 68 69 0f 01 03 00 00");
  EXPECT_EQ(text(ExtensionKind::rid), "hi");
  EXPECT_TRUE(media_.extensions.has(ExtensionKind::repaired_rid));
  EXPECT_EQ(text(ExtensionKind::repaired_rid), "");
  EXPECT_EQ(media_.extensions.of(ExtensionKind::video_orientation, media_.packet->bytes)[0], 3);
}

TEST_F(HeaderExtensions, StopAtIdFifteenAndAtPaddingWithALength) {
  map_.set(ExtensionKind::mid, 1);
  EXPECT_FALSE(read("be de 00 01 f0 10 61 00").has(ExtensionKind::mid));
  EXPECT_FALSE(read("be de 00 01 01 10 61 00").has(ExtensionKind::mid));
  EXPECT_TRUE(read("be de 00 01 00 10 61 00").has(ExtensionKind::mid));
}

TEST_F(HeaderExtensions, KeepWhatStoodBeforeABreak) {
  map_.set(ExtensionKind::mid, 1);
  map_.set(ExtensionKind::rid, 2);
  const auto one = read("be de 00 01 10 61 2f 00");  // sixteen bytes announced, one left
  EXPECT_TRUE(one.has(ExtensionKind::mid));
  EXPECT_FALSE(one.has(ExtensionKind::rid));
  const auto two = read("10 00 00 01 01 01 61 02");  // an id without a length
  EXPECT_TRUE(two.has(ExtensionKind::mid));
  EXPECT_FALSE(two.has(ExtensionKind::rid));
}

TEST_F(HeaderExtensions, OfAnotherProfileAreNotRead) {
  map_.set(ExtensionKind::mid, 1);
  EXPECT_FALSE(read("be df 00 01 10 61 00 00").has(ExtensionKind::mid));
}

TEST_F(HeaderExtensions, TooShortForTheirKindHaveNoValue) {
  map_.set(ExtensionKind::transport_cc, 1);
  map_.set(ExtensionKind::abs_send_time, 2);
  read("be de 00 01 10 61 20 00");
  EXPECT_FALSE(transport_sequence(media_.extensions, media_.packet->bytes));
  EXPECT_FALSE(abs_send_time(media_.extensions, media_.packet->bytes));
}

TEST(ExtensionMap, MovesAnIdOrKindThatIsGivenAgain) {
  ExtensionMap map;
  EXPECT_FALSE(map.set(ExtensionKind::mid, 0));
  EXPECT_TRUE(map.empty());
  EXPECT_TRUE(map.set(ExtensionKind::mid, 1));
  EXPECT_TRUE(map.set(ExtensionKind::rid, 1));
  EXPECT_EQ(map.id_of(ExtensionKind::mid), 0);
  EXPECT_EQ(map.kind_of(1), ExtensionKind::rid);
  EXPECT_TRUE(map.set(ExtensionKind::rid, 2));
  EXPECT_FALSE(map.kind_of(1));
  EXPECT_EQ(map.kind_of(2), ExtensionKind::rid);
}

TEST(ExtensionKind, IsKnownByItsUri) {
  EXPECT_EQ(extension_kind_of("urn:ietf:params:rtp-hdrext:sdes:mid"), ExtensionKind::mid);
  EXPECT_EQ(extension_kind_of("urn:3gpp:video-orientation"), ExtensionKind::video_orientation);
  EXPECT_FALSE(extension_kind_of("urn:ietf:params:rtp-hdrext:toffset"));
  for (std::size_t i = 0; i < kExtensionKinds; ++i)
    EXPECT_EQ(extension_kind_of(uri_of(static_cast<ExtensionKind>(i))), static_cast<ExtensionKind>(i));
}

TEST(AbsSendTime, IsSixDotEighteenSecondsModuloSixtyFour) {
  EXPECT_EQ(to_abs_send_time(base::Instant{1s}), 1u << 18);
  EXPECT_EQ(to_abs_send_time(base::Instant{64s + 500ms}), 1u << 17);
  EXPECT_EQ(to_abs_send_time(base::Instant{63s + 999999999ns}), 0xffffffu);
}

// Every set of negotiated kinds, in both forms, against every value of the source: what is written is read
// back by the parser with the subscriber's ids.
class EgressExtensionSets : public ::testing::TestWithParam<bool> {};

TEST_P(EgressExtensionSets, AreReadBackWithTheSubscribersIds) {
  const bool two_byte = GetParam();
  base::PacketPool pool(64);
  ExtensionMap source;
  for (std::size_t i = 0; i < kExtensionKinds; ++i)
    source.set(static_cast<ExtensionKind>(i), static_cast<std::uint8_t>(i + 1));
  // mid, audio level, orientation, playout delay, content type, colour space (4 bytes) of the source.
  const auto block = hex("be de 00 05 10 78 60 7f 70 02 82 01 02 03 90 01 a3 05 06 07 08 00 00 00");
  const MediaPacket media = make_media(pool, {.extension = block}, test::at(0s), source);
  constexpr std::array kWritten{ExtensionKind::mid,           ExtensionKind::abs_send_time,
                                ExtensionKind::audio_level,   ExtensionKind::video_orientation,
                                ExtensionKind::playout_delay, ExtensionKind::video_content_type,
                                ExtensionKind::color_space};
  for (unsigned set = 0; set < 1u << kWritten.size(); ++set) {
    ExtensionMap subscriber;
    for (std::size_t i = 0; i < kWritten.size(); ++i)
      if (set >> i & 1) subscriber.set(kWritten[i], static_cast<std::uint8_t>((two_byte ? 240 : 14) - i));
    EgressExtensions egress;
    egress.configure(subscriber, "video7");
    base::PacketRef out = pool.acquire();
    std::memset(out->bytes, 0xee, sizeof out->bytes);
    std::memcpy(out->bytes, hex("90 60 00 01 00 00 00 00 00 00 00 01").data(), 12);
    const std::size_t written = egress.write(media, true, out->bytes + 12);
    if (set == 0) {
      EXPECT_EQ(written, 0u);
      continue;
    }
    out->length = static_cast<std::uint16_t>(12 + written);
    const auto header = parse_rtp(std::as_const(*out).span());
    ASSERT_TRUE(header) << set;
    EXPECT_EQ(header->payload_offset, 12 + written);
    const ExtensionValues values = read_extensions(std::as_const(*out).span(), *header, subscriber);
    for (std::size_t i = 0; i < kWritten.size(); ++i)
      ASSERT_EQ(values.has(kWritten[i]), (set >> i & 1) != 0) << set << " " << i;
    EXPECT_EQ(text_of(ExtensionKind::mid, values, out->bytes), set & 1 ? "video7" : "");
    EXPECT_EQ(abs_send_time(values, out->bytes), set & 2 ? std::optional(media.abs_send_time) : std::nullopt);
    for (std::size_t i = 2; i < kWritten.size(); ++i) {
      const base::Bytes from = media.extensions.of(kWritten[i], media.packet->bytes);
      const base::Bytes to = values.of(kWritten[i], out->bytes);
      EXPECT_EQ(test::Octets(to.begin(), to.end()),
                set >> i & 1 ? test::Octets(from.begin(), from.end()) : test::Octets{});
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Forms, EgressExtensionSets, ::testing::Bool());

TEST(EgressExtensions, GiveADelayOfTheirOwnOnceThereIsOne) {
  ExtensionMap map;
  map.set(ExtensionKind::playout_delay, 5);
  EgressExtensions egress;
  egress.configure(map, {});
  std::array<std::uint8_t, EgressExtensions::kMaxBytes> out;
  const MediaPacket packet;
  EXPECT_EQ(egress.write(packet, false, out.data()), 0u);
  for (const std::uint8_t least_10ms : {30, 0}) {
    egress.set_playout_delay(least_10ms);
    ASSERT_EQ(egress.write(packet, false, out.data()), 8u);
    const std::array<std::uint8_t, 8> expected{0xbe, 0xde, 0, 1, 0x52, static_cast<std::uint8_t>(least_10ms >> 4),
                                               static_cast<std::uint8_t>(least_10ms << 4 | 0x3), 0xe8};
    EXPECT_TRUE(std::ranges::equal(expected, std::span(out).first(8)));
  }
  egress.configure(ExtensionMap{}, {});
  egress.set_playout_delay(30);
  EXPECT_EQ(egress.write(packet, false, out.data()), 0u) << "the subscriber does not know of it";
}

TEST(EgressExtensions, LeaveOutWhatTheirFormCannotHold) {
  base::PacketPool pool(64);
  ExtensionMap source;
  source.set(ExtensionKind::color_space, 30);
  test::Octets block = hex("10 00 00 08 1e 1c");
  block.resize(4 + 32);  // 28 bytes of value
  const MediaPacket media = make_media(pool, {.extension = block}, test::at(0s), source);
  std::array<std::uint8_t, EgressExtensions::kMaxBytes> out;
  EgressExtensions egress;
  ExtensionMap subscriber;
  subscriber.set(ExtensionKind::color_space, 3);
  egress.configure(subscriber, "");
  EXPECT_EQ(egress.write(media, true, out.data()), 0u);
  subscriber.set(ExtensionKind::color_space, 30);
  egress.configure(subscriber, "");
  EXPECT_EQ(egress.write(media, true, out.data()), 36u);
  egress.configure({}, "0");
  EXPECT_EQ(egress.write(media, true, out.data()), 0u);  // a mid without an id
}

}  // namespace
}  // namespace kaskado::rtp
