// getStats() against what the network knows.
#include <cmath>

#include "scene.hpp"

namespace kaskado::sim {
namespace {

constexpr rtp::MediaKind kKinds[] = {rtp::MediaKind::video, rtp::MediaKind::audio};

std::uint32_t clock_rate(rtp::MediaKind kind) {
  return kind == rtp::MediaKind::video ? 90'000 : 48'000;
}

// RFC 3550 §A.8 in seconds, of the packets as they came: an estimate of its own beside the server's in ticks.
double jitter_of(const MediaSender& sent, rtp::MediaKind kind) {
  std::multimap<Instant, std::uint64_t> arrivals;
  for (const auto& [extended, transmissions] : sent.ledger().packets) {
    arrivals.emplace(transmissions.front().arrival.value(), extended);
  }
  const std::uint64_t first = sent.ledger().packets.begin()->first;
  double jitter = 0;
  std::optional<double> before;
  for (const auto& [when, extended] : arrivals) {
    const rtp::Timestamp timestamp = sent.timestamp_of({0, static_cast<std::uint32_t>(extended - first)});
    const auto ticks = static_cast<std::int32_t>(timestamp.value - sent.timestamp_of({}).value);
    const double transit = base::to_seconds(when.time_since_epoch()) - double(ticks) / clock_rate(kind);
    if (before) jitter += (std::abs(transit - *before) - jitter) / 16;
    before = transit;
  }
  return jitter;
}

class Stats : public testing::Test {
 protected:
  void call(const LinkShape& publishing, const LinkShape& viewing) {
    publisher = &scene.add_publisher({.up = publishing, .down = publishing});
    viewer = &scene.add_viewer(*publisher, {.up = viewing, .down = viewing});
    ASSERT_TRUE(scene.connect());
    publisher->start_media();
  }
  // Ends all media, and lets the last reports through.
  void finish() {
    for (SimPeer* peer : {publisher, viewer}) scene.network.shape(*peer, {}, {});
    scene.drain();
  }
  pipeline::Object record(SimPeer& peer, const char* type, rtp::MediaKind kind) {
    const char* media = kind == rtp::MediaKind::video ? "VIDEO" : "AUDIO";
    const pipeline::Value records = scene.server.call(peer.endpoint(), "getStats", {media});
    std::vector<pipeline::Object> found;
    for (const auto& [id, record] : records.object()->members) {
      EXPECT_EQ(*record.object()->find("id")->string(), id);
      if (*record.object()->find("type")->string() == type) found.push_back(*record.object());
    }
    EXPECT_EQ(found.size(), 1u) << type << " " << media;
    return found.empty() ? pipeline::Object{} : found[0];
  }
  pipeline::Object inbound(rtp::MediaKind kind) { return record(*publisher, "inboundrtp", kind); }
  pipeline::Object outbound(rtp::MediaKind kind) { return record(*viewer, "outboundrtp", kind); }
  static std::int64_t integer(const pipeline::Object& record, const char* name) {
    const pipeline::Value* value = record.find(name);
    EXPECT_TRUE(value && value->integer()) << name;
    return value && value->integer() ? *value->integer() : -1;
  }
  static double real(const pipeline::Object& record, const char* name) {
    const pipeline::Value* value = record.find(name);
    EXPECT_TRUE(value && value->real()) << name;
    return value && value->real() ? *value->real() : -1;
  }

  void expect_inbound(rtp::MediaKind kind) {
    const pipeline::Object told = inbound(kind);
    const MediaSender& sent = *publisher->sender(kind);
    std::int64_t packets = 0;
    std::int64_t bytes = 0;
    for (std::uint32_t number = 0; number < sent.sent(); ++number) {
      if (sent.ledger().arrival(sent.sequence_of({0, number})) == base::kNever) continue;
      ++packets;
      bytes += static_cast<std::int64_t>(sent.payload_bytes_of({0, number}));
    }
    EXPECT_EQ(*told.find("ssrc")->string(), std::to_string(sent.ssrc().value));
    EXPECT_EQ(integer(told, "packetsReceived"), packets);
    EXPECT_EQ(integer(told, "bytesReceived"), bytes);
    EXPECT_EQ(integer(told, "packetsLost"), static_cast<std::int64_t>(sent.sent()) - packets);
    EXPECT_EQ(integer(told, "nackCount"), sent.nacks_overheard());
    EXPECT_EQ(real(told, "fractionLost"), publisher->heard().blocks.at(sent.ssrc()).fraction_lost / 256.0);
  }
  void expect_outbound(rtp::MediaKind kind) {
    const pipeline::Object told = outbound(kind);
    const MediaReceiver& received = *viewer->receiver(kind);
    std::int64_t packets = 0;
    std::int64_t bytes = 0;
    for (const auto& [extended, sent] : received.ledger().packets) {
      packets += static_cast<std::int64_t>(sent.size());
      const PacketId id = received.ledger().ids.at(extended);
      bytes += static_cast<std::int64_t>(sent.size() * publisher->sender(kind)->payload_bytes_of(id));
    }
    EXPECT_EQ(*told.find("ssrc")->string(), std::to_string(received.ssrc().value));
    EXPECT_EQ(integer(told, "packetsSent"), packets);
    EXPECT_EQ(integer(told, "bytesSent"), bytes);
    EXPECT_EQ(integer(told, "packetsLost"), received.report(scene.network.now()).cumulative_lost);
    EXPECT_EQ(integer(told, "nackCount"), received.nacks_delivered());
  }

  // RFC 3550 §6.4.1 sets a packet that came twice against one that was lost: with this seed none comes twice.
  Scene scene{5};
  SimPeer* publisher = nullptr;
  SimPeer* viewer = nullptr;
};

TEST_F(Stats, AreTrueWhereNothingIsLost) {
  call({.delay = 15ms}, {.delay = 35ms});
  scene.run_for(6s);
  finish();
  for (const rtp::MediaKind kind : kKinds) {
    expect_inbound(kind);
    expect_outbound(kind);
    EXPECT_EQ(integer(inbound(kind), "packetsLost"), 0);
    EXPECT_EQ(integer(inbound(kind), "nackCount"), 0);
    EXPECT_GT(integer(outbound(kind), "packetsSent"), 290);
  }
  const pipeline::Object video = inbound(rtp::MediaKind::video);
  EXPECT_EQ(integer(video, "pliCount"),
            static_cast<std::int64_t>(publisher->video_out().picture_losses().size()));
  EXPECT_EQ(integer(outbound(rtp::MediaKind::video), "pliCount"),
            static_cast<std::int64_t>(viewer->video_in().key_frame_requests()));
  scene.expect_clean_end();
}

TEST_F(Stats, AreTrueWhereMuchIsLost) {
  const LinkShape lossy{.loss = 0.10, .delay = 20ms, .jitter = 10ms};
  call(lossy, lossy);
  scene.run_for(10s);
  finish();
  for (const rtp::MediaKind kind : kKinds) {
    expect_inbound(kind);
    expect_outbound(kind);
    EXPECT_GT(integer(inbound(kind), "nackCount"), 20);
    EXPECT_GT(integer(outbound(kind), "nackCount"), 20);
  }
  scene.expect_clean_end();
}

// NACKs that find nothing: the network is away for longer than anything is kept.
TEST_F(Stats, TellWhatWasLostForGood) {
  call({}, {});
  scene.run_for(3s);
  for (SimPeer* peer : {publisher, viewer}) {
    scene.network.cut(*peer, scene.network.now(), scene.network.now() + 12s);
    scene.run_for(15s);
  }
  finish();
  for (const rtp::MediaKind kind : kKinds) {
    expect_inbound(kind);
    expect_outbound(kind);
    EXPECT_GT(integer(inbound(kind), "packetsLost"), 200);
    EXPECT_GT(integer(outbound(kind), "packetsLost"), 200);
  }
  scene.expect_clean_end();
}

TEST_F(Stats, FractionLostIsOfTheLastReport) {
  call({}, {});
  scene.run_for(3s);
  EXPECT_EQ(real(inbound(rtp::MediaKind::video), "fractionLost"), 0);
  // Every fourth number, at first and whenever it is asked for.
  scene.network.treat = [&](const Datagram& datagram) {
    const bool from_publisher = datagram.from == publisher->addresses()[0];
    return Treatment{.lose = from_publisher && datagram.kind() == transport::DatagramKind::rtp &&
                             datagram.bytes[3] % 4 == 0};
  };
  scene.run_for(5s);
  EXPECT_NEAR(real(inbound(rtp::MediaKind::video), "fractionLost"), 0.25, 0.03);
  EXPECT_NEAR(real(inbound(rtp::MediaKind::audio), "fractionLost"), 0.25, 0.03);
  scene.network.treat = nullptr;
  scene.run_for(4s);
  EXPECT_EQ(real(inbound(rtp::MediaKind::video), "fractionLost"), 0);
  scene.drain();
  scene.expect_clean_end();
}

TEST_F(Stats, JitterIsThatOfTheNetwork) {
  call({.jitter = 9ms}, {});
  scene.run_for(10s);
  finish();
  for (const rtp::MediaKind kind : kKinds) {
    const double told = real(inbound(kind), "jitter");
    EXPECT_GT(told, 0.0015);
    EXPECT_NEAR(told, jitter_of(*publisher->sender(kind), kind), 0.00005);
  }
  scene.expect_clean_end();
}

// What comes later than it is waited for looks like the answer to a NACK, and is not counted.
TEST_F(Stats, JitterIsNearThatOfTheNetworkWhereItIsStrong) {
  call({.jitter = 40ms}, {});
  scene.run_for(10s);
  finish();
  for (const rtp::MediaKind kind : kKinds) {
    const double network = jitter_of(*publisher->sender(kind), kind);
    EXPECT_GT(network, 0.006);
    EXPECT_NEAR(real(inbound(kind), "jitter"), network, network / 5);
  }
  scene.expect_clean_end();
}

TEST_F(Stats, RoundTripIsThatOfTheNetwork) {
  call({.delay = 5ms}, {.delay = 60ms});
  scene.run_for(5s);
  for (const rtp::MediaKind kind : kKinds) {
    EXPECT_NEAR(real(outbound(kind), "roundTripTime"), 0.120, 0.001);
  }
  scene.network.shape(*viewer, {.delay = 100ms}, {.delay = 50ms});
  scene.run_for(40s);
  EXPECT_NEAR(real(outbound(rtp::MediaKind::video), "roundTripTime"), 0.150, 0.002);
  scene.drain();
  scene.expect_clean_end();
}

}  // namespace
}  // namespace kaskado::sim
