// The media path allocates nothing once it runs: operator new is counted in this executable.
#include <gtest/gtest.h>

#include "base/allocation_counter.hpp"
#include "base/random.hpp"
#include "rtp/receive_stream.hpp"
#include "rtp/send_stream.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using base::test::allocations;
using test::at;
using namespace std::chrono_literals;

TEST(Allocation, IsCountedHere) {
  const std::size_t before = allocations;
  ::operator delete(::operator new(sizeof(int)));  // a call that, unlike an expression, is never left out
  EXPECT_EQ(allocations, before + 1);
}

// Losses, reordering, copies, NACKs both ways and restarts of the source, over some thousand packets.
TEST(Allocation, DoesNotHappenOnTheMediaPath) {
  base::PacketPool pool(1024);
  constexpr std::array<ReceivePayload, 1> kReceive{{{PayloadType{96}, VideoCodec::vp8}}};
  constexpr std::array<SendPayload, 1> kSend{{{PayloadType{96}, PayloadType{100}}}};
  ExtensionMap map;
  map.set(ExtensionKind::mid, 1);
  map.set(ExtensionKind::abs_send_time, 2);
  ReceiveStream receiver({.ssrc = Ssrc{0x1234}, .feedback_sender = Ssrc{1}, .payloads = kReceive});
  SendStream sender({.ssrc = Ssrc{9}, .payloads = kSend, .extensions = map, .mid = "0"});
  sender.switch_source(receiver.source());
  std::array<std::uint8_t, 1500> slot;
  base::SeededRandom random(8);
  const test::PacketSpec key{.payload = test::kVp8KeyFrame}, delta{};
  test::PacketSpec spec;

  std::size_t forwarded = 0, resent = 0, requested = 0, before = 0;
  for (int i = 0; i < 6000; ++i) {
    if (i == 1000) before = allocations;
    const base::Instant now = at(i * 1ms);
    const auto jump = static_cast<std::uint16_t>(i >= 3000 ? 20000 : 0);
    spec.sequence = static_cast<std::uint16_t>(64000 + jump + i - static_cast<int>(random.below(4)));
    spec.timestamp = static_cast<std::uint32_t>(i) * 90;
    if (random.below(8) == 0) continue;
    const auto frame = i % 100 == 0 ? &key : &delta;
    spec.payload[1] = frame->payload[1];
    std::optional<MediaPacket> media = read_media_packet(test::make_packet(pool, spec, now), map);
    if (receiver.accept(*media, now).drop != base::DropReason::none) continue;
    const Stamped stamped = sender.stamp(*media, slot);
    forwarded += stamped.drop == base::DropReason::none;
    const SequenceNumber earlier = low_bits(stamped.packet_index - random.below(100));
    const MediaPacket* lost = sender.find_lost(earlier, receiver.history(), now);
    if (lost) resent += sender.restamp(*lost, slot).drop == base::DropReason::none;
    RtcpBuilder builder(slot);
    receiver.advance(now, builder);
    requested += !builder.empty();
  }
  EXPECT_EQ(allocations, before);
  EXPECT_GT(forwarded, 2000u);
  EXPECT_GT(resent, 500u);
  EXPECT_GT(requested, 500u);
}

}  // namespace
}  // namespace kaskado::rtp
