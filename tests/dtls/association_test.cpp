#include "dtls/association.hpp"

#include <gtest/gtest.h>

namespace kaskado::dtls {
namespace {

using base::DropReason;
using Datagram = std::vector<std::uint8_t>;

class AssociationTest : public testing::Test {
 protected:
  static TrafficKey key(std::uint8_t seed) {
    TrafficKey key;
    key.key.bytes.fill(seed);
    return key;
  }
  Datagram sent() {
    const base::Bytes bytes =
        outbox_.pending().empty() ? base::Bytes{} : outbox_.bytes(outbox_.pending().back());
    return {bytes.begin(), bytes.end()};
  }
  Datagram handshake_record(std::uint8_t message_type) {
    Datagram datagram(100);
    datagram.resize(peer_records_.seal(ContentType::handshake, Datagram{message_type, 0, 0, 0}, datagram));
    return datagram;
  }

  base::Path path_{0, base::SocketAddress::v4({192, 0, 2, 1}, 5000)};
  base::Outbox outbox_;
  ApplicationInbox inbox_;
  Association association_{{key(1), key(2)}, 1, {0xaa, 0xbb}};
  Association peer_{{key(2), key(1)}, 100, {}};
  RecordLayer peer_records_{{key(2), key(1)}, 200};
};

TEST_F(AssociationTest, TakesSeveralRecordsOfOneDatagram) {
  peer_.send(Datagram{1}, path_, outbox_);
  Datagram datagram = sent();
  peer_.send(Datagram{2, 2}, path_, outbox_);
  const Datagram second = sent();
  datagram.insert(datagram.end(), second.begin(), second.end());
  EXPECT_EQ(association_.receive(datagram, inbox_).drop, DropReason::none);
  EXPECT_EQ(inbox_.next().size(), 1u);
  EXPECT_EQ(inbox_.next().size(), 2u);
  EXPECT_TRUE(inbox_.next().empty());
}

TEST_F(AssociationTest, EndsWithACloseNotifyOrAFatalAlertOnly) {
  const auto end_of = [&](Alert alert) {
    peer_.send_alert(alert, path_, outbox_);
    return association_.receive(sent(), inbox_).end;
  };
  EXPECT_FALSE(end_of({AlertLevel::warning, 100}));
  EXPECT_FALSE(end_of({AlertLevel::warning, 90}));
  ASSERT_TRUE(end_of({AlertLevel::warning, kCloseNotify}));
  EXPECT_EQ(end_of({AlertLevel::fatal, 40})->description, 40);
}

TEST_F(AssociationTest, NothingIsTakenAfterTheEnd) {
  peer_.send_alert({AlertLevel::warning, kCloseNotify}, path_, outbox_);
  Datagram datagram = sent();
  peer_.send(Datagram{7}, path_, outbox_);
  const Datagram data = sent();
  datagram.insert(datagram.end(), data.begin(), data.end());
  EXPECT_TRUE(association_.receive(datagram, inbox_).end);
  EXPECT_TRUE(inbox_.next().empty());
}

TEST_F(AssociationTest, ARepeatedFinishedWantsTheLastFlight) {
  constexpr std::uint8_t kFinished = 20, kClientHello = 1;
  EXPECT_FALSE(association_.receive(handshake_record(kClientHello), inbox_).wants_last_flight);
  EXPECT_TRUE(association_.receive(handshake_record(kFinished), inbox_).wants_last_flight);
  association_.send_last_flight(path_, outbox_);
  EXPECT_EQ(sent(), (Datagram{0xaa, 0xbb}));
  outbox_.clear();
  peer_.send_last_flight(path_, outbox_);
  EXPECT_TRUE(outbox_.empty()) << "it has none";
}

TEST_F(AssociationTest, RecordsOfOtherEpochsChangeNothing) {
  for (const std::uint8_t epoch : {0, 2, 255}) {
    peer_.send_alert({AlertLevel::fatal, 40}, path_, outbox_);
    Datagram datagram = sent();
    datagram[4] = epoch;
    const auto received = association_.receive(datagram, inbox_);
    EXPECT_FALSE(received.end);
    EXPECT_EQ(received.drop, epoch == 0 ? DropReason::none : DropReason::bad_dtls);
  }
}

TEST(Alert, HasItsTexts) {
  EXPECT_EQ(alert_text(0), "close notify");
  EXPECT_EQ(alert_text(42), "bad certificate");
  EXPECT_EQ(alert_text(110), "unsupported extension");
  EXPECT_EQ(alert_text(77), "unknown");
  EXPECT_FALSE(Alert::parse(Datagram{2}));
  EXPECT_FALSE(Alert::parse(Datagram{3, 0}));
  EXPECT_EQ(Alert::parse(Datagram{2, 40})->level, AlertLevel::fatal);
}

}  // namespace
}  // namespace kaskado::dtls
