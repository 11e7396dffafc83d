// The records of getStats: which there are, their types, and that their numbers are true.
#include "peers.hpp"

namespace kaskado::elements::test {
namespace {

class Stats : public PeersTest {
 protected:
  using Records = std::map<std::string, Value>;

  Records stats(std::optional<MediaType> type = {}) { return endpoint.get_stats(type).value(); }
  static const pipeline::Object& record(const Records& records, const std::string& id) {
    static const pipeline::Object kNone;
    const auto found = records.find(id);
    EXPECT_NE(found, records.end()) << id;
    return found == records.end() ? kNone : *found->second.object();
  }
  static Texts ids(const Records& records) {
    Texts texts;
    for (const auto& [id, value] : records) texts.push_back(id);
    return texts;
  }
  static std::int64_t integer(const pipeline::Object& record, const char* name) {
    const Value* value = record.find(name);
    EXPECT_TRUE(value && value->integer()) << name;
    return value && value->integer() ? *value->integer() : -1;
  }
  static double real(const pipeline::Object& record, const char* name) {
    const Value* value = record.find(name);
    EXPECT_TRUE(value && value->real()) << name;
    return value && value->real() ? *value->real() : -1;
  }
  std::string inbound(const char* kind, std::size_t m_line) {
    return std::string("inbound-") + kind + "-" + std::to_string(browser.ssrc(m_line));
  }
  std::string outbound(const char* kind, std::size_t m_line) {
    return std::string("outbound-") + kind + "-" + std::to_string(browser.remote_ssrc(m_line));
  }
  // Everything there is to measure: media both ways, with a loss and its repair.
  void exchange() {
    connect(browser, endpoint);
    link(endpoint, endpoint);
    for (int i = 0; i < 50; ++i) {
      browser.send_video(i == 0);
      browser.send_audio();
      run(20ms);
    }
  }

  WebRtcEndpoint& endpoint = make("endpoint");
  Browser& browser = add_browser();
};

TEST_F(Stats, AreNoneBeforeTheNegotiation) {
  EXPECT_TRUE(stats().empty());
}

TEST_F(Stats, AreOfTheEndpointAndOfWhatItWillSendAtFirst) {
  call(browser, endpoint);
  const Records records = stats();
  EXPECT_EQ(ids(records), (Texts{"endpoint", outbound("audio", 0), outbound("video", 1)}));
  const pipeline::Object& own = record(records, "endpoint");
  EXPECT_EQ(own.type, "EndpointStats");
  EXPECT_EQ(own.module, "kurento");
  EXPECT_EQ(*own.find("id")->string(), "endpoint");
  EXPECT_EQ(*own.find("type")->string(), "endpoint");
  EXPECT_EQ(integer(own, "timestampMillis"), 1'700'000'000'000);
  EXPECT_EQ(real(own, "timestamp"), 1'700'000'000.0);
}

TEST_F(Stats, AreOfTheTypeThatIsAskedFor) {
  exchange();
  EXPECT_EQ(stats().size(), 6u);
  EXPECT_EQ(ids(stats(MediaType::audio)), (Texts{"endpoint", inbound("audio", 0), outbound("audio", 0)}));
  EXPECT_EQ(ids(stats(MediaType::video)), (Texts{"endpoint", inbound("video", 1), outbound("video", 1)}));
  EXPECT_EQ(ids(stats(MediaType::data)), (Texts{"endpoint"}));
}

TEST_F(Stats, OfWhatComesInAreTrue) {
  EXPECT_TRUE(endpoint.set_max_video_recv_bandwidth(200).ok());
  exchange();
  const Records records = stats();
  const pipeline::Object& video = record(records, inbound("video", 1));
  EXPECT_EQ(video.type, "RTCInboundRTPStreamStats");
  EXPECT_EQ(*video.find("type")->string(), "inboundrtp");
  EXPECT_EQ(*video.find("ssrc")->string(), std::to_string(browser.ssrc(1)));
  EXPECT_EQ(integer(video, "packetsReceived"), 50);
  EXPECT_EQ(integer(video, "bytesReceived"), 150);
  EXPECT_EQ(integer(video, "packetsLost"), 0);
  EXPECT_EQ(integer(video, "remb"), 200'000);
  EXPECT_EQ(real(video, "fractionLost"), 0);
  EXPECT_EQ(integer(record(records, inbound("audio", 0)), "bytesReceived"), 200);
  EXPECT_EQ(integer(record(records, inbound("audio", 0)), "remb"), 0);
}

TEST_F(Stats, OfWhatGoesOutAreTrue) {
  exchange();
  browser.send_rtcp([&](rtp::RtcpBuilder& builder) {
    rtp::ReportBlock block;
    block.ssrc = {browser.remote_ssrc(1)};
    block.fraction_lost = 64;
    block.cumulative_lost = 7;
    builder.receiver_report(rtp::Ssrc{1}, {&block, 1});
    builder.picture_loss(rtp::Ssrc{1}, block.ssrc);
    builder.full_intra(rtp::Ssrc{1}, block.ssrc, 1);
    builder.remb(rtp::Ssrc{1}, 90'000, {&block.ssrc, 1});
  });
  run(20ms);
  const Records records = stats();
  const pipeline::Object& video = record(records, outbound("video", 1));
  EXPECT_EQ(video.type, "RTCOutboundRTPStreamStats");
  EXPECT_EQ(*video.find("type")->string(), "outboundrtp");
  EXPECT_EQ(*video.find("ssrc")->string(), std::to_string(browser.remote_ssrc(1)));
  EXPECT_EQ(integer(video, "packetsSent"), 50);
  EXPECT_EQ(integer(video, "bytesSent"), 150);
  EXPECT_EQ(integer(video, "packetsLost"), 7);
  EXPECT_EQ(real(video, "fractionLost"), 0.25);
  EXPECT_EQ(integer(video, "pliCount"), 1);
  EXPECT_EQ(integer(video, "firCount"), 1);
  EXPECT_EQ(integer(video, "remb"), 90'000);
  EXPECT_EQ(integer(record(records, outbound("audio", 0)), "pliCount"), 0);
}

TEST_F(Stats, TellOfTheSelectedPairWhatItTakes) {
  EXPECT_TRUE(endpoint.set_max_video_recv_bandwidth(200).ok());
  exchange();
  const Records before = stats();
  const pipeline::Object& pair = record(before, "candidatepair-1");
  EXPECT_EQ(pair.type, "RTCIceCandidatePairStats");
  EXPECT_EQ(*pair.find("type")->string(), "candidatepair");
  EXPECT_EQ(*pair.find("state")->string(), "succeeded");
  EXPECT_EQ(integer(pair, "bytesReceived"), 350);
  EXPECT_EQ(integer(pair, "bytesSent"), 350);
  EXPECT_EQ(real(pair, "availableIncomingBitrate"), 200'000);
  EXPECT_EQ(real(pair, "availableOutgoingBitrate"), 0) << "nobody has said anything of it";
  browser.send_rtcp([&](rtp::RtcpBuilder& builder) {
    const rtp::Ssrc video{browser.remote_ssrc(1)};
    builder.receiver_report(rtp::Ssrc{1});
    builder.remb(rtp::Ssrc{1}, 90'000, {&video, 1});
  });
  run(20ms);
  const Records after = stats();
  EXPECT_EQ(real(record(after, "candidatepair-1"), "availableOutgoingBitrate"), 90'000);
}

TEST_F(Stats, CountWhatWasLostAndAskedFor) {
  exchange();
  browser.send_video();
  browser.peer.outbox.clear();  // lost on its way
  browser.send_video();
  run(500ms);
  const Records records = stats();
  const pipeline::Object& video = record(records, inbound("video", 1));
  EXPECT_EQ(integer(video, "packetsReceived"), 51);
  EXPECT_EQ(integer(video, "packetsLost"), 1);
  EXPECT_GE(integer(video, "nackCount"), 1);
}

TEST_F(Stats, HaveTheTimeAtWhichTheyWereTaken) {
  exchange();
  const std::int64_t wall_ms = shard.clock().at(now()).unix_ms();
  for (const auto& [id, value] : stats()) {
    EXPECT_EQ(integer(*value.object(), "timestampMillis"), wall_ms) << id;
    EXPECT_EQ(*value.object()->find("id")->string(), id);
  }
}

}  // namespace
}  // namespace kaskado::elements::test
