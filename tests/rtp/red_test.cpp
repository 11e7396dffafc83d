// RFC 2198: taken apart and made.
#include "rtp/red.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "rtp/send_stream.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using base::DropReason;
using test::hex;
using test::Octets;

TEST(Red, IsTakenApart) {
  // Two blocks of type 111: one that is 1920 earlier and of 3 bytes, one that is 960 earlier and of 2; then the primary.
  const Octets payload = hex("ef 1e 00 03 ef 0f 00 02 6f a1 a2 a3 b1 b2 c1 c2 c3 c4");
  const auto blocks = RedBlocks::parse(payload);
  ASSERT_TRUE(blocks);
  ASSERT_EQ(blocks->redundant().size(), 2u);
  EXPECT_EQ(blocks->redundant()[0].type.value, 111);
  EXPECT_EQ(blocks->redundant()[0].earlier, 1920);
  EXPECT_EQ(payload[blocks->redundant()[0].offset], 0xa1);
  EXPECT_EQ(blocks->redundant()[0].length, 3);
  EXPECT_EQ(blocks->redundant()[1].earlier, 960);
  EXPECT_EQ(payload[blocks->redundant()[1].offset], 0xb1);
  EXPECT_EQ(blocks->primary().type.value, 111);
  EXPECT_EQ(payload[blocks->primary().offset], 0xc1);
  EXPECT_EQ(blocks->primary().length, 4);
}

TEST(Red, MayHaveNothingButThePrimary) {
  const auto blocks = RedBlocks::parse(hex("6f 01 02"));
  ASSERT_TRUE(blocks);
  EXPECT_TRUE(blocks->redundant().empty());
  EXPECT_EQ(blocks->primary().length, 2);
  EXPECT_EQ(RedBlocks::parse(hex("6f"))->primary().length, 0);
}

TEST(Red, ThatIsCutShortOrTooMuchIsNone) {
  EXPECT_FALSE(RedBlocks::parse({}));
  const Octets whole = hex("ef 1e 00 03 6f a1 a2 a3");
  for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_FALSE(RedBlocks::parse(base::Bytes(whole).first(length))) << length;
  Octets many;
  for (std::size_t i = 0; i < RedBlocks::kMost; ++i) many.insert(many.end(), {0xef, 0, 0, 0});
  many.push_back(0x6f);
  EXPECT_FALSE(RedBlocks::parse(many));
}

TEST(Red, BlocksLieWithinWhateverComes) {
  base::SeededRandom random(3);
  for (int i = 0; i < 20'000; ++i) {
    Octets payload(random.u32() % 40);
    for (std::uint8_t& octet : payload) octet = static_cast<std::uint8_t>(random.u32() % 4 == 0 ? random.u32() : random.u32() & 0x83);
    const auto blocks = RedBlocks::parse(payload);
    if (!blocks) continue;
    for (const RedBlock& block : blocks->redundant()) ASSERT_LE(block.offset + block.length, static_cast<int>(payload.size()));
    ASSERT_EQ(blocks->primary().offset + blocks->primary().length, static_cast<int>(payload.size()));
  }
}

class RedSent : public testing::Test {
 protected:
  RedSent() {
    stream_.switch_source({1, 0});
    stream_.set_redundancy(PayloadType{100}, PayloadType{63});
  }
  // The blocks of what is sent, or nothing where it is not redundant audio.
  std::optional<std::vector<Octets>> send(std::uint16_t sequence, Octets payload, std::uint32_t step = 960) {
    MediaPacket media = test::make_media(pool_, {.sequence = sequence, .timestamp = sequence * step, .payload_type = 96, .payload = std::move(payload)});
    media.source = {1, 0};
    media.extended_sequence = sequence;
    const Stamped stamped = stream_.stamp(media, slot_);
    EXPECT_EQ(stamped.drop, DropReason::none);
    type_ = slot_[1] & 0x7f;
    if (type_ != 63) return std::nullopt;
    const base::Bytes sent = stamped.payload(media, slot_);
    const auto blocks = RedBlocks::parse(sent);
    EXPECT_TRUE(blocks);
    std::vector<Octets> octets;
    const auto put = [&](const RedBlock& block) {
      EXPECT_EQ(block.type.value, 100);
      octets.emplace_back(sent.begin() + block.offset, sent.begin() + block.offset + block.length);
    };
    for (const RedBlock& block : blocks->redundant()) put(block), earlier_ = block.earlier;
    put(blocks->primary());
    return octets;
  }

  base::PacketPool pool_{64};
  const std::array<SendPayload, 1> payloads_{{{PayloadType{96}, PayloadType{100}}}};
  SendStream stream_{SendStreamConfig{.ssrc = Ssrc{1}, .kind = MediaKind::audio, .clock_rate = 48'000, .payloads = payloads_}};
  std::array<std::uint8_t, 1500> slot_;
  int type_ = 0;
  int earlier_ = 0;
};

TEST_F(RedSent, BringsThePacketBeforeOnceMore) {
  EXPECT_EQ(*send(1, {1, 1}), (std::vector<Octets>{{1, 1}}));
  EXPECT_EQ(*send(2, {2, 2, 2}), (std::vector<Octets>{{1, 1}, {2, 2, 2}}));
  EXPECT_EQ(earlier_, 960);
  EXPECT_EQ(*send(3, {3}), (std::vector<Octets>{{2, 2, 2}, {3}}));
}

TEST_F(RedSent, RepeatsNothingOverAHole) {
  send(1, {1});
  EXPECT_EQ(*send(3, {3}), (std::vector<Octets>{{3}}));
  EXPECT_EQ(*send(2, {2}), (std::vector<Octets>{{2}}));
}

TEST_F(RedSent, LeavesOutWhatABlockCannotSay) {
  send(1, Octets(1024, 7));
  EXPECT_EQ(send(2, {2})->size(), 1u);
  EXPECT_EQ(send(3, {3}, 20'000)->size(), 1u);
}

TEST_F(RedSent, EndsWhereItIsNotWantedAnyMore) {
  send(1, {1});
  stream_.set_redundancy({});
  EXPECT_FALSE(send(2, {2}));
  EXPECT_EQ(type_, 100);
}

}  // namespace
}  // namespace kaskado::rtp
