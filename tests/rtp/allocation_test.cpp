// The media path allocates nothing once it runs: operator new is counted in this executable.
#include <gtest/gtest.h>

#include "base/allocation_counter.hpp"
#include "base/random.hpp"
#include "rtp/fec_receiver.hpp"
#include "rtp/fec_test_support.hpp"
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

// Of each four packets one is lost, or two, which one FEC packet cannot bring.
TEST(Allocation, DoesNotHappenWhereLostPacketsAreRecovered) {
  base::PacketPool pool(1024);
  constexpr std::array<ReceivePayload, 1> kReceive{{{PayloadType{96}, VideoCodec::vp8}}};
  ReceiveStream stream({.ssrc = Ssrc{0x1234}, .payloads = kReceive, .history_packets = 128});
  FecCounters counters;
  FecReceiver receiver(counters);
  std::vector<test::Octets> packets, protection;
  for (std::uint16_t i = 0; i < 1200; ++i) packets.push_back(test::octets_of(test::make_packet(pool, {.sequence = i})));
  for (std::size_t i = 0; i < packets.size(); i += 4)
    protection.push_back(test::ulpfec({packets.begin() + static_cast<std::ptrdiff_t>(i), packets.begin() + static_cast<std::ptrdiff_t>(i) + 4}));

  const auto packet_of = [&](const test::Octets& octets, base::Instant now) {
    base::PacketRef packet = pool.acquire();
    std::ranges::copy(octets, packet->bytes);
    packet->length = static_cast<std::uint16_t>(octets.size());
    packet->arrived = now;
    return packet;
  };
  const auto accept = [&](MediaPacket&& media, base::Instant now) {
    const SequenceNumber sequence = media.header.sequence;
    if (stream.accept(media, now).drop == base::DropReason::none) receiver.media_came(stream, stream.extended(sequence));
  };
  std::size_t before = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (i == 400) before = allocations;
    const base::Instant now = at(static_cast<int>(i) * 1ms);
    const bool lost = i % 4 == 1 || (i % 8 == 2);
    if (!lost) accept(*read_media_packet(packet_of(packets[i], now), {}), now);
    if (i % 4 != 3) continue;
    const base::PacketRef fec = packet_of(protection[i / 4], now);
    const base::Bytes payload{fec->bytes, fec->length};
    receiver.receive(*parse_ulpfec(payload), fec, payload, stream);
    while (auto media = receiver.recover(stream, {}, pool, now)) accept(std::move(*media), now);
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(counters.recovered, 150u);
  EXPECT_GT(counters.discarded, 50u);
}

}  // namespace
}  // namespace kaskado::rtp
