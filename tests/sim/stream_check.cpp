#include "stream_check.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace kaskado::sim {

namespace {

std::uint32_t clock_rate(const MediaReceiver& stream) {
  return stream.kind() == rtp::MediaKind::video ? 90'000 : 48'000;
}

void expect_packets_of(const MediaReceiver& stream, const Segment& segment, const MediaSender& sender) {
  const auto begin = stream.arrived().lower_bound(segment.first);
  const auto end = stream.arrived().upper_bound(segment.last);
  ASSERT_NE(begin, end) << "nothing of publisher " << segment.publisher << " arrived";
  const std::uint32_t shift =
      begin->second.timestamp.value - sender.timestamp_of(segment.id_of(begin->first)).value;
  for (auto at = begin; at != end; ++at) {
    const ArrivedPacket& packet = at->second;
    ASSERT_EQ(packet.id, segment.id_of(at->first)) << "at packet " << at->first;
    ASSERT_EQ(packet.timestamp.value - sender.timestamp_of(packet.id).value, shift)
        << "at packet " << packet.id.number;
  }
  if (stream.kind() == rtp::MediaKind::audio || begin->first != segment.first) return;
  EXPECT_TRUE(begin->second.starts_key_frame) << "publisher " << segment.publisher << " began without one";
}

// Where one publisher follows the other: in numbers at once, in time by what has passed at the server.
void expect_no_seam(const MediaReceiver& stream, const Segment& before, const Segment& after) {
  EXPECT_EQ(after.first, before.last + 1);
  const auto last = stream.arrived().find(before.last);
  const auto first = stream.arrived().find(after.first);
  if (last == stream.arrived().end() || first == stream.arrived().end()) return;
  const auto sent = [&](std::uint64_t extended) { return stream.ledger().packets.at(extended).front().sent; };
  const std::int64_t passed = rtp::to_ticks(sent(after.first) - sent(before.last), clock_rate(stream));
  const auto told = static_cast<std::int32_t>(first->second.timestamp.value - last->second.timestamp.value);
  EXPECT_GT(told, 0);
  EXPECT_LE(std::abs(told - passed), 1) << "of " << passed << " ticks";
}

}  // namespace

std::vector<Segment> segments_of(const MediaReceiver& stream) {
  std::vector<Segment> segments;
  for (const auto& [extended, id] : stream.ledger().ids) {
    const std::uint64_t distance = extended - id.number;
    const bool goes_on = !segments.empty() && segments.back().publisher == id.publisher &&
                         segments.back().distance == distance;
    if (!goes_on) segments.push_back({id.publisher, extended, extended, distance});
    segments.back().last = extended;
  }
  return segments;
}

void expect_one_stream(const MediaReceiver& stream, const std::vector<Segment>& segments,
                       const std::vector<const MediaSender*>& senders) {
  ASSERT_EQ(segments.size(), senders.size());
  EXPECT_EQ(stream.duplicates(), 0);
  EXPECT_EQ(stream.corrupt(), 0);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    expect_packets_of(stream, segments[i], *senders[i]);
    if (i > 0) expect_no_seam(stream, segments[i - 1], segments[i]);
  }
}

}  // namespace kaskado::sim
