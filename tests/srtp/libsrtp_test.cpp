// Both ways against libsrtp2, for every profile: what one seals the other opens, bit for bit.
#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "oracle.hpp"
#include "packets.hpp"
#include "srtp/receiver.hpp"
#include "srtp/sender.hpp"

namespace kaskado::srtp {
namespace {

struct Sent {
  ByteVector plain;
  ByteVector sealed;
  std::uint64_t index = 0;
};

// Streams of some SSRCs, in packets of every shape. skip() makes the sequence numbers wrap several times.
class Traffic {
 public:
  explicit Traffic(std::uint64_t seed) : random_(seed) {}

  struct Packet {
    ByteVector header;
    ByteVector payload;
    std::uint64_t index = 0;
  };
  Packet next() {
    const std::uint32_t ssrc = 1000 + random_.below(5);
    std::uint64_t& index = indices_.try_emplace(ssrc, random_.below(0x8000)).first->second;
    index += 1 + (random_.below(10) == 0 ? random_.below(20) : 0);
    const RtpShape shape{.ssrc = ssrc,
                         .sequence = static_cast<std::uint16_t>(index),
                         .csrc_count = random_.below(4) == 0 ? random_.below(16) : 0,
                         .extension_words = random_.below(6),
                         .extended = random_.below(2) == 0};
    const std::size_t payload_bytes = random_.below(8) == 0 ? 0 : random_.below(1300);
    return {rtp_header(shape, random_), random_bytes(payload_bytes, random_), index};
  }
  // A long burst is lost in each stream.
  void skip() {
    for (auto& [ssrc, index] : indices_) index += random_.below(0x7000);
  }
  std::uint64_t rollovers() const {
    std::uint64_t most = 0;
    for (const auto& [ssrc, index] : indices_) most = std::max(most, index >> 16);
    return most;
  }
  base::SeededRandom& random() { return random_; }

 private:
  base::SeededRandom random_;
  std::map<std::uint32_t, std::uint64_t> indices_;
};

// Loses some packets and lets others wait behind up to some dozens of later ones.
class LossyOrder {
 public:
  explicit LossyOrder(base::Random& random) : random_(random) {}

  template <typename Deliver>
  void push(Sent sent, Deliver deliver) {
    if (random_.below(20) == 0) return;
    waiting_.push_back(std::move(sent));
    deliver_until(30, deliver);
  }
  template <typename Deliver>
  void deliver_until(std::size_t count, Deliver deliver) {
    while (waiting_.size() > count) {
      const std::size_t which =
          random_.below(4) == 0 ? random_.below(static_cast<std::uint32_t>(waiting_.size())) : 0;
      deliver(waiting_[which]);
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(which));
    }
  }

 private:
  base::Random& random_;
  std::deque<Sent> waiting_;
};

class AgainstLibsrtp : public testing::TestWithParam<Profile> {
 protected:
  base::SeededRandom random_{17};
  MasterKey master_ = random_master(GetParam(), random_);
};

constexpr int kPackets = 4000;

TEST_P(AgainstLibsrtp, WhatWeSealItOpens) {
  Traffic traffic(21);
  LossyOrder order(random_);
  SrtpSender sender(master_);
  Oracle oracle(master_, Oracle::Way::receives);
  for (int i = 0; i < kPackets; ++i) {
    const Traffic::Packet packet = traffic.next();
    Sent sent{joined(packet.header, packet.payload), packet.header, packet.index};
    sent.sealed.resize(2000);
    sent.sealed.resize(sender.seal_rtp(sent.sealed, packet.header.size(), packet.payload, packet.index));
    ASSERT_FALSE(sent.sealed.empty());
    const auto deliver = [&](const Sent& s) { ASSERT_EQ(oracle.unprotect(s.sealed), s.plain) << s.index; };
    order.push(std::move(sent), deliver);
    if (i % 300 != 299) continue;
    order.deliver_until(0, deliver);
    traffic.skip();
  }
  EXPECT_GE(traffic.rollovers(), 2u);
}

TEST_P(AgainstLibsrtp, WhatItSealsWeOpen) {
  Traffic traffic(22);
  LossyOrder order(random_);
  SrtpReceiver receiver(master_);
  Oracle oracle(master_, Oracle::Way::sends);
  int opened = 0;
  for (int i = 0; i < kPackets; ++i) {
    const Traffic::Packet packet = traffic.next();
    Sent sent{joined(packet.header, packet.payload), {}, packet.index};
    sent.sealed = oracle.protect(sent.plain);
    ASSERT_FALSE(sent.sealed.empty());
    const auto deliver = [&](Sent s) {
      const ByteVector sealed = s.sealed;
      const OpenResult result = receiver.open_rtp(s.sealed);
      ASSERT_EQ(result.drop, base::DropReason::none) << s.index;
      EXPECT_EQ(result.index, s.index);
      s.sealed.resize(result.length);
      ASSERT_EQ(s.sealed, s.plain);
      ByteVector again = sealed;
      ASSERT_EQ(receiver.open_rtp(again).drop, base::DropReason::srtp_replay);
      ++opened;
    };
    order.push(std::move(sent), deliver);
    if (i % 300 != 299) continue;
    order.deliver_until(0, deliver);
    traffic.skip();
  }
  EXPECT_GT(opened, kPackets * 9 / 10);
  EXPECT_GE(traffic.rollovers(), 2u);
  EXPECT_EQ(receiver.rtp_source_count(), 5u);
}

TEST_P(AgainstLibsrtp, BothSealTheSameBytes) {
  Traffic traffic(23);
  SrtpSender sender(master_);
  Oracle oracle(master_, Oracle::Way::sends);
  for (int i = 0; i < kPackets; ++i) {
    const Traffic::Packet packet = traffic.next();
    ByteVector ours = packet.header;
    ours.resize(2000);
    ours.resize(sender.seal_rtp(ours, packet.header.size(), packet.payload, packet.index));
    ASSERT_EQ(ours, oracle.protect(joined(packet.header, packet.payload)));
    if (i % 300 == 299) traffic.skip();
  }
  EXPECT_GE(traffic.rollovers(), 2u);
}

TEST_P(AgainstLibsrtp, RtcpBothWays) {
  SrtpSender sender(master_);
  SrtpReceiver receiver(master_);
  Oracle oracle_sends(master_, Oracle::Way::sends), oracle_receives(master_, Oracle::Way::receives);
  for (int i = 0; i < kPackets; ++i) {
    const ByteVector plain = rtcp_packet(1 + random_.below(4), random_.below(80), random_);
    ByteVector ours = plain;
    ours.resize(plain.size() + kMaxRtcpOverheadBytes);
    ours.resize(sender.seal_rtcp(ours, plain.size()));
    ASSERT_EQ(oracle_receives.unprotect_rtcp(ours), plain);

    ByteVector theirs = oracle_sends.protect_rtcp(plain);
    const OpenResult result = receiver.open_rtcp(theirs);
    ASSERT_EQ(result.drop, base::DropReason::none);
    theirs.resize(result.length);
    ASSERT_EQ(theirs, plain);
  }
}

INSTANTIATE_TEST_SUITE_P(Profiles, AgainstLibsrtp, testing::ValuesIn(kAllProfiles),
                         [](const auto& test) { return std::string(traits(test.param).name); });

}  // namespace
}  // namespace kaskado::srtp
