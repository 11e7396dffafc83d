// Thousands of frames over a network that loses, delays, reorders and doubles packets, in virtual time.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "base/random.hpp"
#include "media_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;

struct Network {
  double loss;
  double answered;  // of what is lost, sent again
  base::Duration jitter;
  double copies = 0.01;
};

constexpr std::uint64_t kFirstSequence = 0x1ff00;      // wraps soon
constexpr std::uint32_t kFirstTimestamp = 0xffff0000;  // as well
constexpr base::Duration kDelay = 30ms, kFrame = 33ms;

class Sender {
 public:
  Sender(std::uint64_t seed, const Network& network) : random_(seed), network_(network) {}

  void send_frame(base::Duration when, bool key) {
    const bool discardable = !key && number_ % 2 == 1;
    const auto parts = static_cast<std::uint8_t>(key ? 5 + random_.below(40) : 1 + random_.below(6));
    for (std::uint8_t part = 0; part < parts; ++part) {
      const auto flags = static_cast<std::uint8_t>((key ? kKey : 0) | (discardable ? kDiscardable : 0));
      send({.sequence = sequence_++,
            .timestamp = kFirstTimestamp + number_ * 2970,
            .part = {number_, part, parts, flags},
            .bytes = 50 + random_.below(1000)},
           when + part * 100us);
    }
    discardable_.push_back(discardable);
    ++number_;
  }
  std::optional<PacketSpec> receive(base::Duration now) {
    if (in_flight_.empty() || in_flight_.begin()->first > now) return std::nullopt;
    const PacketSpec spec = in_flight_.begin()->second;
    in_flight_.erase(in_flight_.begin());
    return spec;
  }
  bool is_discardable(std::uint32_t number) const { return discardable_[number]; }

 private:
  void send(const PacketSpec& spec, base::Duration when) {
    base::Duration arrival =
        when + kDelay +
        base::Duration{random_.below(static_cast<std::uint32_t>(network_.jitter.count()) + 1)};
    if (random_.unit() < network_.loss) {
      if (random_.unit() >= network_.answered) return;
      arrival += 2 * kDelay + 10ms;
    }
    in_flight_.emplace(arrival, spec);
    if (random_.unit() < network_.copies) in_flight_.emplace(arrival + 5ms, spec);
  }

  base::SeededRandom random_;
  Network network_;
  std::multimap<base::Duration, PacketSpec> in_flight_;
  std::uint64_t sequence_ = kFirstSequence;
  std::uint32_t number_ = 0;
  std::vector<bool> discardable_;
};

struct Outcome {
  std::vector<codec::EncodedFrame> frames;
  int wishes = 0;
  std::size_t most_packets = 0;
  JitterBufferStats stats;
};

Outcome run(std::uint64_t seed, const Network& network, std::uint32_t count, const Sender*& kept) {
  static constexpr JitterBufferPayload kVideo[] = {
      {.type = {96}, .format = {codec::CodecId::vp8}, .clock_rate = 90'000}};
  static std::unique_ptr<Sender> sender;
  sender = std::make_unique<Sender>(seed, network);
  kept = sender.get();
  base::PacketPool pool(4096);
  const auto buffer =
      JitterBuffer::create({.payloads = kVideo, .make_depacketizer = &TestDepacketizer::create});
  buffer->set_rtt(2 * kDelay);
  Outcome outcome;
  const auto drain = [&](base::Duration now, base::Duration& key_at) {
    while (auto frame = buffer->take()) outcome.frames.push_back(std::move(*frame));
    if (buffer->take_key_frame_wish()) ++outcome.wishes, key_at = now + kDelay;
    outcome.most_packets = std::max(outcome.most_packets, buffer->packets());
  };
  constexpr base::Duration kNone = base::Duration::max();
  base::Duration key_at = kNone;
  std::uint32_t sent = 0;
  for (base::Duration now = 0ms; now < count * kFrame + 2s; now += 1ms) {
    if (sent < count && now >= sent * kFrame) {
      const bool key = sent == 0 || now >= key_at;
      if (key) key_at = kNone;
      sender->send_frame(now, key);
      ++sent;
    }
    while (const auto spec = sender->receive(now)) {
      buffer->insert(make_media(pool, *spec, at(now)), at(now));
      drain(now, key_at);
    }
    if (buffer->deadline() <= at(now)) {
      buffer->advance(at(now));
      drain(now, key_at);
    }
    EXPECT_TRUE(buffer->deadline() > at(now)) << "it would be called without end";
  }
  outcome.stats = buffer->stats();
  return outcome;
}

class JitterBufferOverNetworks : public ::testing::TestWithParam<std::tuple<int, Network>> {};

TEST_P(JitterBufferOverNetworks, HandsOnWholeFramesInOrderAndFromKeyFramesOn) {
  const auto& [seed, network] = GetParam();
  constexpr std::uint32_t kFrames = 3000;
  const Sender* sender = nullptr;
  const Outcome outcome = run(static_cast<std::uint64_t>(seed), network, kFrames, sender);

  ASSERT_FALSE(outcome.frames.empty());
  int breaks = 0;
  for (std::size_t i = 1; i < outcome.frames.size(); ++i) {
    const std::uint32_t before = number_of(outcome.frames[i - 1]), number = number_of(outcome.frames[i]);
    ASSERT_GT(number, before);
    ASSERT_EQ(outcome.frames[i].rtp_time - outcome.frames[i - 1].rtp_time,
              std::int64_t{number - before} * 2970);
    ASSERT_GE(outcome.frames[i].time, outcome.frames[i - 1].time);
    bool needed = false;
    for (std::uint32_t lost = before + 1; lost < number; ++lost) needed |= !sender->is_discardable(lost);
    if (!needed) continue;
    ++breaks;
    EXPECT_TRUE(outcome.frames[i].key_frame) << number;
  }
  EXPECT_TRUE(outcome.frames[0].key_frame);
  EXPECT_EQ(outcome.stats.bad_frames, 0u);
  // Torn key frames are asked for again, and a gap at the end has no frame behind it.
  EXPECT_LE(outcome.wishes, static_cast<int>(outcome.stats.gaps) + 1);
  EXPECT_GE(outcome.wishes, breaks > 0);
  EXPECT_LE(outcome.most_packets, 1024u);
  const double share = static_cast<double>(outcome.frames.size()) / kFrames;
  if (network.loss == 0) {
    EXPECT_EQ(outcome.frames.size(), kFrames);
    EXPECT_EQ(outcome.wishes, 0);
  } else if (network.answered == 1) {
    EXPECT_EQ(outcome.frames.size(), kFrames) << "what is sent again in time is never missed";
  } else {
    EXPECT_GT(share, network.loss < 0.02 ? 0.8 : 0.2);
    EXPECT_GT(breaks, 10);
  }
}

constexpr Network kNetworks[] = {
    {.loss = 0, .answered = 0, .jitter = 25ms},      {.loss = 0.05, .answered = 1, .jitter = 20ms},
    {.loss = 0.005, .answered = 0, .jitter = 10ms},  {.loss = 0.1, .answered = 0.8, .jitter = 15ms},
    {.loss = 0.03, .answered = 0.5, .jitter = 60ms},
};
INSTANTIATE_TEST_SUITE_P(Seeds, JitterBufferOverNetworks,
                         ::testing::Combine(::testing::Range(1, 5), ::testing::ValuesIn(kNetworks)));

}  // namespace
}  // namespace kaskado::media
