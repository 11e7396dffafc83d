#include "ice/stream_framing.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/random.hpp"

namespace kaskado::ice {
namespace {

using Message = std::vector<std::uint8_t>;

Message channel_data(std::size_t length) {
  Message message(4 + length, 7);
  base::store_u16(message.data(), 0x4001);
  base::store_u16(message.data() + 2, static_cast<std::uint16_t>(length));
  return message;
}

Message stun(std::size_t length) {
  Message message(20 + length, 9);
  message[0] = 0;
  base::store_u16(message.data() + 2, static_cast<std::uint16_t>(length));
  return message;
}

Message framed(StreamFraming framing, const std::vector<Message>& messages) {
  Message stream;
  for (const Message& message : messages) {
    const FrameRoom room = frame_room(framing, message);
    if (room.front) {
      stream.push_back(static_cast<std::uint8_t>(message.size() >> 8));
      stream.push_back(static_cast<std::uint8_t>(message.size()));
    }
    stream.insert(stream.end(), message.begin(), message.end());
    stream.insert(stream.end(), room.behind, 0);
  }
  return stream;
}

std::vector<Message> read(FrameReader& reader, const Message& stream, std::size_t step) {
  std::vector<Message> messages;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    reader.push(base::Bytes(stream).subspan(at, std::min(step, stream.size() - at)));
    while (const auto message = reader.next()) messages.emplace_back(message->begin(), message->end());
  }
  return messages;
}

TEST(StreamFraming, GivesMessagesHoweverTheStreamIsCut) {
  const std::vector<Message> behind_lengths{{1}, {}, Message(1500, 5), Message(65'535, 6), {2, 3}};
  const std::vector<Message> of_turn{stun(0),    channel_data(1), channel_data(0),
                                     stun(1200), channel_data(3), channel_data(1200)};
  for (const std::size_t step : {1, 2, 3, 7, 100, 1000, 1'000'000}) {
    FrameReader lengths(StreamFraming::length_prefixed);
    EXPECT_EQ(read(lengths, framed(StreamFraming::length_prefixed, behind_lengths), step), behind_lengths)
        << step;
    FrameReader turn(StreamFraming::turn);
    EXPECT_EQ(read(turn, framed(StreamFraming::turn, of_turn), step), of_turn) << step;
    EXPECT_FALSE(lengths.broken() || turn.broken());
  }
}

TEST(StreamFraming, WhatIsNoTurnBreaksTheStream) {
  for (const Message& stream : {Message{0x80, 0, 0, 0}, Message{0x50, 0, 0, 0}, Message{0, 1, 0, 3}}) {
    FrameReader reader(StreamFraming::turn);
    EXPECT_TRUE(read(reader, stream, 4).empty());
    EXPECT_TRUE(reader.broken());
    reader.push(stun(0));
    EXPECT_FALSE(reader.next());
  }
}

TEST(StreamFraming, HoldsNoMoreThanOneMessage) {
  FrameReader reader(StreamFraming::length_prefixed);
  const Message some(10'000, 0);  // five thousand empty messages
  int messages = 0;
  for (int i = 0; i < 100; ++i) {
    reader.push(some);
    while (reader.next()) ++messages;
  }
  EXPECT_EQ(messages, 500'000);
}

}  // namespace
}  // namespace kaskado::ice
