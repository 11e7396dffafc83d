// The NACK machinery end to end in virtual time: publisher → this server → subscriber, both links lossy.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random.hpp"
#include "rtp/receive_stream.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp/send_stream.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using test::Octets;
using namespace std::chrono_literals;

std::vector<std::uint16_t> nacked(NackGenerator& generator, base::Duration when) {
  std::array<std::uint8_t, 1500> slot;
  RtcpBuilder builder(slot);
  generator.advance(at(when), Ssrc{1}, Ssrc{2}, builder);
  std::vector<std::uint16_t> sequences;
  RtcpReader reader(builder.written());
  while (auto message = reader.next())
    for (const SequenceNumber sequence : std::get<Nack>(*message)) sequences.push_back(sequence.value);
  return sequences;
}

TEST(NackGenerator, AsksAfterAReorderingDelayAndAgainEachRtt) {
  NackGenerator generator;
  generator.set_rtt(50ms);
  generator.receive(0x10000 + 65534, false, at(0ms));
  generator.receive(0x20000 + 1, false, at(0ms));
  EXPECT_EQ(generator.deadline(), at(10ms));
  EXPECT_TRUE(nacked(generator, 9ms).empty());
  EXPECT_EQ(nacked(generator, 10ms), (std::vector<std::uint16_t>{65535, 0}));
  EXPECT_EQ(generator.deadline(), at(60ms));
  EXPECT_TRUE(generator.receive(0x20000, false, at(30ms)));
  EXPECT_EQ(nacked(generator, 60ms), (std::vector<std::uint16_t>{65535}));
  EXPECT_TRUE(generator.receive(0x1ffff, false, at(70ms)));
  EXPECT_EQ(generator.deadline(), base::kNever);
  EXPECT_EQ(generator.recovered(), 2u);
}

TEST(NackGenerator, DoesNotAskForWhatWasOnlyReordered) {
  NackGenerator generator;
  generator.receive(100, false, at(0ms));
  generator.receive(102, false, at(0ms));
  EXPECT_FALSE(generator.receive(101, false, at(5ms)));
  EXPECT_TRUE(nacked(generator, 50ms).empty());
}

TEST(NackGenerator, HoldsBackWhatItWouldAskFor) {
  NackGenerator generator;
  generator.receive(100, false, at(0ms));
  generator.receive(102, false, at(0ms));
  generator.hold(at(200ms));
  EXPECT_TRUE(nacked(generator, 199ms).empty());
  generator.receive(104, false, at(150ms));
  EXPECT_EQ(generator.deadline(), at(200ms));
  EXPECT_EQ(nacked(generator, 200ms), (std::vector<std::uint16_t>{101, 103}));
  // Shorter than before changes nothing.
  generator.hold(at(100ms));
  EXPECT_EQ(generator.deadline(), at(300ms));
}

TEST(NackGenerator, GivesUpWhatIsHeldBackForTooLong) {
  NackGenerator generator;
  generator.receive(100, false, at(0ms));
  generator.receive(102, false, at(0ms));
  for (auto now = 0ms; now < 1s; now += 50ms) {
    generator.hold(at(now + 200ms));
    EXPECT_TRUE(nacked(generator, now).empty());
  }
  EXPECT_TRUE(nacked(generator, 1s).empty());
  EXPECT_TRUE(generator.take_gave_up());
  EXPECT_EQ(generator.deadline(), base::kNever);
}

TEST(NackGenerator, FindsHolesBeforeThePacketThatCameFirst) {
  NackGenerator generator;
  generator.receive(105, false, at(0ms));
  generator.receive(107, false, at(0ms));
  generator.receive(102, false, at(0ms));
  EXPECT_EQ(nacked(generator, 10ms), (std::vector<std::uint16_t>{103, 104, 106}));
  EXPECT_TRUE(generator.receive(103, false, at(20ms)));
  EXPECT_EQ(generator.missing(), 2u);
}

TEST(NackGenerator, GivesUpAfterItsRequestsAndWantsAKeyFrame) {
  NackGenerator generator;
  generator.set_rtt(20ms);
  generator.receive(100, false, at(0ms));
  generator.receive(102, false, at(0ms));
  int requests = 0;
  for (base::Duration t = 0ms; t < 2s; t += 1ms) requests += !nacked(generator, t).empty();
  EXPECT_EQ(requests, 10);
  EXPECT_TRUE(generator.take_gave_up());
  EXPECT_FALSE(generator.take_gave_up());
  EXPECT_EQ(generator.missing(), 0u);
  EXPECT_EQ(generator.deadline(), base::kNever);
}

TEST(NackGenerator, WantsNoKeyFrameForWhatCameBeforeOne) {
  NackGenerator generator;
  generator.receive(100, false, at(0ms));
  generator.receive(102, false, at(0ms));
  generator.receive(103, true, at(1ms));
  for (base::Duration t = 0ms; t < 2s; t += 1ms) nacked(generator, t);
  EXPECT_EQ(generator.missing(), 0u);
  EXPECT_FALSE(generator.take_gave_up());
}

TEST(NackGenerator, IsBoundedAndPrefersWhatIsBehindTheKeyFrame) {
  NackGenerator generator;
  generator.receive(100, false, at(0ms));
  generator.receive(400, false, at(0ms));  // 299 missing
  generator.receive(401, true, at(0ms));
  generator.receive(700, false, at(0ms));  // 298 more: those before the key frame go
  EXPECT_EQ(generator.missing(), 298u);
  EXPECT_FALSE(generator.take_gave_up());
  generator.receive(1000, false, at(0ms));  // 299 more, and no key frame to save any
  EXPECT_EQ(generator.missing(), 299u);
  EXPECT_TRUE(generator.take_gave_up());
  generator.receive(2000, false, at(0ms));
  EXPECT_EQ(generator.missing(), 0u);
  EXPECT_TRUE(generator.take_gave_up());
}

TEST(NackGenerator, AsksForTheRestWhereTheSlotIsFull) {
  NackGenerator generator;
  generator.receive(100, false, at(0ms));
  for (std::uint64_t i = 1; i <= 100; ++i) generator.receive(100 + i * 40, false, at(0ms));
  std::array<std::uint8_t, 100> slot;
  std::vector<std::uint16_t> all;
  for (int round = 0; round < 400 && generator.deadline() <= at(10ms); ++round) {
    RtcpBuilder builder(slot);
    generator.advance(at(10ms), Ssrc{1}, Ssrc{2}, builder);
    RtcpReader reader(builder.written());
    while (auto message = reader.next())
      for (const SequenceNumber sequence : std::get<Nack>(*message)) all.push_back(sequence.value);
  }
  EXPECT_EQ(all.size(), generator.missing());
  EXPECT_EQ(std::set<std::uint16_t>(all.begin(), all.end()).size(), all.size());
}

// Loses, delays and so reorders what goes over it.
class Link {
 public:
  Link(base::SeededRandom& random, double loss) : random_(random), loss_(loss) {}
  void send(Octets datagram, base::Instant now) {
    if (random_.unit() < loss_) return;
    in_flight_.emplace(now + 20ms + random_.below(12) * 1ms, std::move(datagram));
  }
  std::optional<Octets> receive(base::Instant now) {
    if (in_flight_.empty() || in_flight_.begin()->first > now) return std::nullopt;
    Octets datagram = std::move(in_flight_.begin()->second);
    in_flight_.erase(in_flight_.begin());
    return datagram;
  }

 private:
  base::SeededRandom& random_;
  double loss_;
  std::multimap<base::Instant, Octets> in_flight_;
};

constexpr std::array<ReceivePayload, 1> kReceive{{{PayloadType{96}, VideoCodec::vp8}}};
constexpr std::array<SendPayload, 1> kSend{{{PayloadType{96}, PayloadType{96}}}};

// A sender and the receiver of its stream with a link each way.
class Hop {
 public:
  Hop(base::SeededRandom& random, double loss, std::uint32_t ssrc, std::uint32_t stream_id)
      : media_(random, loss),
        feedback_(random, loss),
        sender_({.ssrc = Ssrc{ssrc},
                 .payloads = kSend,
                 .first_sequence = {static_cast<std::uint16_t>(65000 + ssrc)}}),
        receiver_(
            {.ssrc = Ssrc{ssrc}, .feedback_sender = Ssrc{77}, .stream_id = stream_id, .payloads = kReceive}) {
    receiver_.set_rtt(60ms);
  }

  void send(const MediaPacket& packet, base::Instant now) {
    const Stamped stamped = sender_.stamp(packet, slot_);
    if (stamped.drop == base::DropReason::none) transmit(packet, stamped, now);
  }

  // Gives what arrived and was accepted.
  std::vector<MediaPacket> advance(base::PacketPool& pool, const PacketHistory& history, base::Instant now) {
    std::vector<MediaPacket> accepted;
    while (const auto datagram = media_.receive(now)) {
      base::PacketRef packet = pool.acquire();
      std::copy(datagram->begin(), datagram->end(), packet->bytes);
      packet->length = static_cast<std::uint16_t>(datagram->size());
      packet->arrived = now;
      MediaPacket media = *read_media_packet(packet, {});
      const Verdict verdict = receiver_.accept(media, now);
      recovered_ += verdict.recovered;
      if (verdict.drop == base::DropReason::none) accepted.push_back(media);
    }
    if (receiver_.deadline() <= now) {
      RtcpBuilder builder(slot_);
      receiver_.advance(now, builder);
      if (!builder.empty()) feedback_.send(Octets(builder.written().begin(), builder.written().end()), now);
    }
    while (const auto datagram = feedback_.receive(now)) answer(*datagram, history, now);
    return accepted;
  }

  SendStream& sender() { return sender_; }
  ReceiveStream& receiver() { return receiver_; }
  std::size_t recovered() const { return recovered_; }

 private:
  void answer(const Octets& datagram, const PacketHistory& history, base::Instant now) {
    RtcpReader reader(datagram);
    while (auto message = reader.next()) {
      const auto* nack = std::get_if<Nack>(&*message);
      if (!nack) continue;
      for (const SequenceNumber sequence : *nack) {
        const MediaPacket* lost = sender_.find_lost(sequence, history, now);
        if (lost) transmit(*lost, sender_.restamp(*lost, slot_), now);
      }
    }
  }
  void transmit(const MediaPacket& packet, const Stamped& stamped, base::Instant now) {
    Octets datagram(slot_.begin(), slot_.begin() + stamped.header_bytes);
    datagram.insert(datagram.end(), packet.payload().begin(), packet.payload().end());
    media_.send(std::move(datagram), now);
  }

  Link media_;
  Link feedback_;
  SendStream sender_;
  ReceiveStream receiver_;
  std::array<std::uint8_t, 1500> slot_;
  std::size_t recovered_ = 0;
};

class NackOverLossyLinks : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(NackOverLossyLinks, EveryPacketArrivesExactlyOnce) {
  constexpr std::uint32_t kPackets = 5000;
  base::SeededRandom random(GetParam());
  base::PacketPool pool(8192);
  Hop up(random, 0.1, 1, 11), down(random, 0.1, 2, 12);
  PacketHistory source_history(1024);
  up.sender().switch_source({10, 0});
  down.sender().switch_source(up.receiver().source());
  std::map<std::uint32_t, int> delivered;

  std::uint32_t next = 0;
  for (base::Duration t = 0ms; t < kPackets * 2ms + 3s; t += 1ms) {
    const base::Instant now = at(t);
    if (t % 2ms == 0ms && next < kPackets) {
      const bool key = next % 100 == 0;
      Octets payload = key ? test::kVp8KeyFrame : test::kVp8DeltaFrame;
      payload.resize(8);
      base::store_u32(payload.data() + 4, next);
      MediaPacket media = test::make_media(
          pool, {.sequence = static_cast<std::uint16_t>(next), .timestamp = next * 180, .payload = payload},
          now);
      media.source = {10, 0};
      media.extended_sequence = 0x10000 + next;
      media.starts_key_frame = key;
      source_history.insert(media);
      up.send(media, now);
      ++next;
    }
    for (const MediaPacket& media : up.advance(pool, source_history, now)) down.send(media, now);
    for (const MediaPacket& media : down.advance(pool, up.receiver().history(), now))
      ++delivered[base::load_u32(media.payload().data() + 4)];
  }

  for (const auto& [number, times] : delivered) EXPECT_EQ(times, 1) << number;
  // A hole is seen between two packets only: the subscriber's first key frame and the last packet that came.
  const std::uint32_t first = delivered.begin()->first, last = delivered.rbegin()->first;
  EXPECT_EQ(delivered.size(), last - first + 1);
  EXPECT_LT(first, 202u);
  EXPECT_GT(last, kPackets - 6);
  EXPECT_GT(up.recovered(), kPackets / 20);
  EXPECT_GT(down.recovered(), kPackets / 20);
  EXPECT_EQ(down.receiver().stats(at(0ms)).packets_lost <= 0, true);
}
INSTANTIATE_TEST_SUITE_P(Seeds, NackOverLossyLinks, ::testing::Values(1, 2, 3, 4, 5, 6, 7, 8));

}  // namespace
}  // namespace kaskado::rtp
