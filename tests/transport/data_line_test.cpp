// Data channels through the whole transport: ICE, DTLS and SCTP.
#include <gtest/gtest.h>

#include "sctp/data_channels.hpp"
#include "transport/memory_link.hpp"

namespace kaskado::transport::test {
namespace {

class DataLineTest : public testing::Test, public MemoryLink {
 protected:
  // What the peers have been told, by the channels' own names.
  struct Heard {
    std::vector<sctp::ChannelId> opened;
    std::vector<sctp::ChannelId> closed;
    std::vector<sctp::ChannelMessage> messages;
  };

  void use_data() {
    for (Peer* peer : {&left, &right}) peer->transport->use_data({.remote_max_message_bytes = 262144}, now());
  }
  void read(Peer& peer, Heard& heard) {
    sctp::DataChannels* const data = peer.transport->data();
    while (data) {
      auto event = data->next_event(now());
      if (!event) break;
      if (const auto* const opened = std::get_if<sctp::ChannelOpened>(&*event))
        heard.opened.push_back(opened->id);
      if (const auto* const closed = std::get_if<sctp::ChannelClosed>(&*event))
        heard.closed.push_back(closed->id);
      if (auto* const message = std::get_if<sctp::ChannelMessage>(&*event))
        heard.messages.push_back(std::move(*message));
    }
    peer.transport->flush_data(now(), peer.outbox);
  }
  bool run_until(const std::function<bool()>& done) {
    return run(20s, [&] {
      read(left, of_left);
      read(right, of_right);
      return done();
    });
  }
  bool data_established() {
    return run_until([&] {
      return left.transport->data() && left.transport->data()->is_established() && right.transport->data() &&
             right.transport->data()->is_established();
    });
  }
  std::shared_ptr<const sctp::MessageBytes> noise(std::size_t length) {
    auto bytes = std::make_shared<sctp::MessageBytes>(length);
    base::SeededRandom random(length);
    for (auto& octet : *bytes) octet = static_cast<std::uint8_t>(random.u64());
    return bytes;
  }

  Heard of_left;
  Heard of_right;
};

TEST_F(DataLineTest, MessagesGoBothWays) {
  use_data();
  ASSERT_TRUE(connect());
  ASSERT_TRUE(data_established());
  const auto long_one = noise(200'000);
  const auto id = left.transport->data()->open({.label = "l"}, now()).value();
  EXPECT_EQ(id, 1);  // the DTLS server's first
  ASSERT_TRUE(
      run_until([&] { return of_left.opened == std::vector{id} && of_right.opened == std::vector{id}; }));
  left.transport->data()->send(id, true, long_one, now());
  right.transport->data()->send(id, false, noise(10), now());
  ASSERT_TRUE(run_until([&] { return !of_left.messages.empty() && !of_right.messages.empty(); }));
  EXPECT_EQ(of_right.messages[0].bytes, *long_one);
  EXPECT_EQ(of_left.messages[0].bytes, *noise(10));
}

TEST_F(DataLineTest, NegotiatedAfterDtlsWasThere) {
  ASSERT_TRUE(connect());
  EXPECT_EQ(left.transport->data(), nullptr);
  use_data();
  EXPECT_TRUE(data_established());
}

TEST_F(DataLineTest, GoesThroughLoss) {
  std::uint32_t turn = 0;
  wire = [&](Datagram&) { return ++turn % 7 != 0; };
  use_data();
  ASSERT_TRUE(connect());
  ASSERT_TRUE(data_established());
  const auto id = left.transport->data()->open({}, now()).value();
  left.transport->data()->send(id, true, noise(100'000), now());
  ASSERT_TRUE(run_until([&] { return !of_right.messages.empty(); }));
  EXPECT_EQ(of_right.messages[0].bytes, *noise(100'000));
}

TEST_F(DataLineTest, EndsWithDtls) {
  use_data();
  ASSERT_TRUE(connect());
  ASSERT_TRUE(data_established());
  left.transport->take_changes();
  left.transport->close(now(), left.outbox);
  EXPECT_EQ(left.transport->data(), nullptr);
  EXPECT_TRUE(left.transport->take_changes().data);
  run(1s);
  EXPECT_EQ(right.transport->data(), nullptr);
}

TEST_F(DataLineTest, WithoutChannelsDataIsDropped) {
  right.transport->use_data({}, now());
  ASSERT_TRUE(connect());
  run(2s);
  EXPECT_GT(left.dropped(base::DropReason::unexpected_data), 0);
}

TEST_F(DataLineTest, PeerWithoutSrtpIsEnoughWhereThereIsNoMedia) {
  RemoteParameters to_left = description(right, dtls::DtlsRole::server);
  to_left.has_media = false;
  RemoteParameters to_right = description(left, dtls::DtlsRole::client);
  to_right.has_media = false;
  use_data();
  introduce(to_left, to_right);
  ASSERT_TRUE(data_established());
  EXPECT_TRUE(left.transport->is_connected());
  // Both offered it all the same: media may be added later.
  EXPECT_TRUE(left.transport->line().is_open());
}

}  // namespace
}  // namespace kaskado::transport::test
