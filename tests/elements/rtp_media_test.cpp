// Media through RTP endpoints, on virtual time.
#include <algorithm>

#include "rtp/rtcp_reader.hpp"
#include "rtp_fixture.hpp"
#include "srtp/receiver.hpp"
#include "srtp/sdes.hpp"
#include "srtp/sender.hpp"

namespace kaskado::elements::test {
namespace {

const base::SocketAddress kCamera = address("198.51.100.7", 4000);
const base::SocketAddress kPhone = address("198.51.100.8", 6000);

std::string offer(const std::string& ip, int port, const std::string& lines = "",
                  const std::string& protocol = "RTP/AVP") {
  return "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 " + ip + "\r\nt=0 0\r\nm=audio " +
         std::to_string(port) + " " + protocol + " 0\r\n" + lines;
}

class RtpMediaTest : public RtpEndpointTest {
 protected:
  // A camera that sends to 50000, and a phone that is sent to from 50002.
  void connect(const std::string& camera_lines = "", const std::string& phone_lines = "") {
    answer_of(camera, offer("198.51.100.7", 4000, camera_lines));
    answer_of(phone, offer("198.51.100.8", 6000, phone_lines));
    EXPECT_TRUE(camera.connect(&phone, {}, {}, {}).ok());
    take_events();
  }
  void camera_sends(std::uint16_t sequence, std::uint32_t ssrc = 77) {
    come(50'000, kCamera, rtp_packet(0, ssrc, sequence));
  }
  static Octets payload_of(const Octets& packet) { return {packet.begin() + 12, packet.end()}; }

  RtpEndpoint& camera = make_rtp("camera");
  RtpEndpoint& phone = make_rtp("phone");
};

TEST_F(RtpMediaTest, WhatComesInGoesOutToTheOthersPeer) {
  connect();
  for (std::uint16_t i = 0; i < 3; ++i)
    come(50'000, kCamera, rtp_packet(0, 77, 10 + i, {1, 2, static_cast<std::uint8_t>(i)}));
  const auto out = take_sent();
  ASSERT_EQ(out.size(), 3u);
  for (std::uint8_t i = 0; i < 3; ++i) {
    EXPECT_EQ(out[i].from, 50'002);
    EXPECT_EQ(out[i].to, kPhone);
    EXPECT_EQ(out[i].bytes[1] & 0x7f, 0);
    EXPECT_EQ(payload_of(out[i].bytes), (Octets{1, 2, i}));
    EXPECT_EQ(base::load_u32(out[i].bytes.data() + 8), phone.sink(MediaType::audio)->ssrc().value);
  }
  EXPECT_EQ(take_events("camera"),
            (Texts{"MediaFlowOutStateChanged FLOWING AUDIO", "MediaTranscodingStateChanged NOT_TRANSCODING AUDIO",
                   "MediaStateChanged DISCONNECTED CONNECTED"}));
}

TEST_F(RtpMediaTest, SeveralMLinesOfAKindAreConnectedByTheirNames) {
  configuration.num_audio_medias = 2;
  answer_of(camera, offer("198.51.100.7", 4000) + "m=audio 4002 RTP/AVP 8\r\n");
  answer_of(phone, offer("198.51.100.8", 6000) + "m=audio 6002 RTP/AVP 0 8\r\n");
  EXPECT_TRUE(camera.connect(&phone, MediaType::audio, {}, {}).ok());
  EXPECT_TRUE(camera.connect(&phone, MediaType::audio, "audio1", "audio1").ok());
  take_events();
  come(50'000, kCamera, rtp_packet(0, 77, 10));
  come(50'002, address("198.51.100.7", 4002), rtp_packet(8, 78, 10));
  come(50'002, address("198.51.100.7", 4002), rtp_packet(8, 78, 11));
  const auto out = take_sent();
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0].to, kPhone);
  EXPECT_EQ(out[0].bytes[1] & 0x7f, 0);
  for (const std::size_t i : {1u, 2u}) {
    EXPECT_EQ(out[i].to, address("198.51.100.8", 6002));
    EXPECT_EQ(out[i].bytes[1] & 0x7f, 8);
    EXPECT_EQ(base::load_u32(out[i].bytes.data() + 8), phone.sink_of({MediaType::audio, 1})->ssrc().value);
  }
  EXPECT_TRUE(camera.is_media_flowing_out(MediaType::audio, "audio1").value());
  EXPECT_TRUE(phone.is_media_flowing_in(MediaType::audio, "audio1").value());
}

TEST_F(RtpMediaTest, ReportsGoFromAndToThePortsOfReports) {
  connect();
  camera_sends(10);
  advance_to(2s);
  const auto reports = take_sent(true);
  const auto to_camera = std::ranges::find(reports, kCamera.with_port(4001), &Sent::to);
  ASSERT_NE(to_camera, reports.end());
  EXPECT_EQ(to_camera->from, 50'001);
  EXPECT_EQ(to_camera->bytes[1], 201) << "a receiver report";
  const auto to_phone = std::ranges::find(reports, kPhone.with_port(6001), &Sent::to);
  ASSERT_NE(to_phone, reports.end());
  EXPECT_EQ(to_phone->from, 50'003);
  EXPECT_EQ(to_phone->bytes[1], 200) << "a sender report";
}

TEST_F(RtpMediaTest, ReportsGoToWhereTheOfferWantsThem) {
  connect("a=rtcp:4444 IN IP4 198.51.100.9\r\n", "a=rtcp-mux\r\n");
  camera_sends(10);
  advance_to(2s);
  std::vector<std::pair<std::uint16_t, std::string>> ways;
  for (const Sent& report : take_sent(true)) ways.emplace_back(report.from, report.to.text());
  EXPECT_NE(std::ranges::find(ways, std::pair(std::uint16_t{50'001}, std::string("198.51.100.9:4444"))),
            ways.end());
  EXPECT_NE(std::ranges::find(ways, std::pair(std::uint16_t{50'002}, std::string("198.51.100.8:6000"))),
            ways.end());
}

TEST_F(RtpMediaTest, StrangersAreNotForwarded) {
  connect();
  camera_sends(10);
  take_sent();
  come(50'000, address("203.0.113.66", 4000), rtp_packet(0, 78, 11));
  EXPECT_TRUE(take_sent().empty());
  EXPECT_EQ(shard.drops().of(base::DropReason::rtp_stranger), 1u);
}

TEST_F(RtpMediaTest, APeerThatConnectsGetsMediaOnceItHasShownItself) {
  connect("", "a=direction:active\r\n");
  camera_sends(10);
  EXPECT_TRUE(take_sent().empty());
  const base::SocketAddress behind_nat = address("203.0.113.9", 31'000);
  come(50'002, behind_nat, rtp_packet(0, 5, 1));
  camera_sends(11);
  auto out = take_sent();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].to, behind_nat);
  come(50'002, behind_nat.with_port(32'000), rtp_packet(0, 5, 2));
  camera_sends(12);
  out = take_sent();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].to, behind_nat.with_port(32'000));
}

TEST_F(RtpMediaTest, TellsWhenMediaAndPeerAreGone) {
  connect();
  camera_sends(10);
  take_events();
  advance_to(transport::RtpTransport::kMediaTimeout - 1ms);
  EXPECT_EQ(take_events("camera"), (Texts{"MediaFlowOutStateChanged NOT_FLOWING AUDIO"}));
  advance_to(transport::RtpTransport::kMediaTimeout);
  EXPECT_EQ(take_events("camera"), (Texts{"MediaStateChanged CONNECTED DISCONNECTED"}));
  EXPECT_EQ(camera.get_connection_state().value(), ConnectionState::connected);
  advance_to(transport::RtpTransport::kConnectionTimeout);
  EXPECT_EQ(take_events("camera"), (Texts{"ConnectionStateChanged CONNECTED DISCONNECTED"}));
  EXPECT_EQ(camera.get_connection_state().value(), ConnectionState::disconnected);
  EXPECT_EQ(phone.get_connection_state().value(), ConnectionState::connected) << "it never had to send";
  camera_sends(11);
  EXPECT_EQ(take_events("camera"),
            (Texts{"MediaFlowOutStateChanged FLOWING AUDIO", "ConnectionStateChanged DISCONNECTED CONNECTED",
                   "MediaStateChanged DISCONNECTED CONNECTED"}));
}

TEST_F(RtpMediaTest, SaysGoodbye) {
  connect();
  camera_sends(10);
  take_sent();
  const std::uint32_t ssrc = phone.sink(MediaType::audio)->ssrc().value;
  shard.objects().release("phone");
  const auto goodbye = take_sent(true);
  ASSERT_EQ(goodbye.size(), 1u);
  EXPECT_EQ(goodbye[0].to, kPhone.with_port(6001));
  rtp::RtcpReader reader(goodbye[0].bytes);
  bool said = false;
  while (const auto message = reader.next()) {
    const auto* bye = std::get_if<rtp::Goodbye>(&*message);
    for (const rtp::Ssrc source : bye ? bye->sources : decltype(bye->sources){}) said |= source.value == ssrc;
  }
  EXPECT_TRUE(said);
}

TEST_F(RtpMediaTest, AChangeOfTheSendersSsrcGoesOnWithoutASeam) {
  connect();
  camera_sends(10, 77);
  camera_sends(500, 99);
  const auto out = take_sent();
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(base::load_u16(out[1].bytes.data() + 2),
            static_cast<std::uint16_t>(base::load_u16(out[0].bytes.data() + 2) + 1));
}

TEST_F(RtpMediaTest, RestingEndpointsWakeWithTheirMedia) {
  connect();
  camera_sends(10);
  advance_to(15s);
  take_sent(true);
  camera_sends(11);
  EXPECT_EQ(take_sent().size(), 1u);
  camera_sends(12);
  advance_to(17s);
  EXPECT_FALSE(take_sent(true).empty());
}

TEST_F(RtpMediaTest, StatsTellOfBothDirections) {
  connect();
  camera_sends(10);
  const auto in = camera.get_stats({}).value();
  const auto out = phone.get_stats({}).value();
  EXPECT_TRUE(in.contains("inbound-audio-77"));
  EXPECT_TRUE(out.contains("outbound-audio-" + std::to_string(phone.sink(MediaType::audio)->ssrc().value)));
  EXPECT_TRUE(in.contains("camera"));
}

// Sealed.

class SealedMediaTest : public RtpEndpointTest {
 protected:
  static constexpr const char* kSuite = "AES_CM_128_HMAC_SHA1_80";
  void begin(const std::string& after_key = "") {
    const std::string line = "a=crypto:4 " + srtp::to_sdes(peer_key) + after_key + "\r\n";
    const std::string answer = answer_of(endpoint, offer("198.51.100.7", 4000, line, "RTP/SAVP"));
    const Texts told = lines_with(answer, "a=crypto:");
    ASSERT_EQ(told.size(), 1u);
    const auto parsed = srtp::parse_sdes(told[0].substr(std::string("a=crypto:").size()));
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->tag, 4u) << "of the line that is answered (RFC 4568 §5.1.2)";
    server_key = parsed->master;
    answer_of(listener, offer("198.51.100.8", 6000));
    EXPECT_TRUE(endpoint.connect(&listener, {}, {}, {}).ok());
    EXPECT_TRUE(listener.connect(&endpoint, {}, {}, {}).ok());
    take_events();
  }
  Octets sealed(std::uint16_t sequence) {
    const Octets packet = rtp_packet(0, 7, sequence);
    Octets slot(packet.size() + 32);
    std::copy(packet.begin(), packet.begin() + 12, slot.begin());
    slot.resize(peer.seal_rtp(slot, 12, base::Bytes{packet}.subspan(12), sequence));
    return slot;
  }

  base::SeededRandom keys{5};
  srtp::MasterKey peer_key = srtp::generate_master_key(srtp::Profile::aes128_cm_sha1_80, keys);
  srtp::SrtpSender peer{peer_key};
  srtp::MasterKey server_key;
  RtpEndpoint& endpoint = make_rtp("sealed", sdes("keyBase64", sdes_key_base64()));
  RtpEndpoint& listener = make_rtp("listener");
};

TEST_F(SealedMediaTest, OpensWithThePeersKeyAndSealsWithItsOwn) {
  begin();
  come(50'000, kCamera, sealed(1));
  auto out = take_sent();
  ASSERT_EQ(out.size(), 1u) << "in the clear to the other";
  EXPECT_EQ(out[0].to, kPhone);
  EXPECT_EQ(Octets(out[0].bytes.begin() + 12, out[0].bytes.end()), (Octets{1, 2, 3, 4}));

  come(50'002, kPhone, rtp_packet(0, 9, 1, {5, 6, 7}));
  out = take_sent();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].to, kCamera);
  srtp::SrtpReceiver receiver(server_key);
  const auto opened = receiver.open_rtp(out[0].bytes);
  ASSERT_EQ(opened.drop, base::DropReason::none);
  EXPECT_EQ(
      Octets(out[0].bytes.begin() + 12, out[0].bytes.begin() + static_cast<std::ptrdiff_t>(opened.length)),
      (Octets{5, 6, 7}));
}

TEST_F(SealedMediaTest, WhatIsNotSealedIsDropped) {
  begin();
  come(50'000, kCamera, rtp_packet(0, 7, 1, Octets(40)));
  EXPECT_TRUE(take_sent().empty());
  EXPECT_EQ(shard.drops().of(base::DropReason::srtp_authentication), 1u);
  EXPECT_EQ(endpoint.get_media_state().value(), MediaState::disconnected);
}

TEST_F(SealedMediaTest, SaysThatAKeyIsNearlySpent) {
  begin("|2^4");
  for (std::uint16_t sequence = 1; sequence <= 13; ++sequence) come(50'000, kCamera, sealed(sequence));
  EXPECT_EQ(std::ranges::count(take_events("sealed"), "OnKeySoftLimit AUDIO"), 0);
  for (std::uint16_t sequence = 14; sequence <= 20; ++sequence) come(50'000, kCamera, sealed(sequence));
  EXPECT_EQ(std::ranges::count(take_events("sealed"), "OnKeySoftLimit AUDIO"), 1);
}

}  // namespace
}  // namespace kaskado::elements::test
