// Browsers around the shard, in a network of fixed delay on virtual time. Each is a WebRTC transport with a
// session description of its own: it talks to its endpoint by texts and datagrams.
#pragma once

#include <map>
#include <memory>

#include "fixture.hpp"

namespace kaskado::elements::test {

using transport::test::Octets;

class Browser {
 public:
  // The lowest numbers are as good as any others; the first certificate is the server's.
  explicit Browser(std::uint8_t number)
      : peer(number, ice::IceRole::controlling, base::SocketAddress::v4({10, 0, 0, number}, 5000), number),
        number_(number) {}

  sdp::SessionDescription offer(sdp::Direction direction = sdp::Direction::sendrecv) {
    ++version_;
    sdp::LocalCapabilities capabilities = this->capabilities();
    capabilities.can_send = sdp::sends(direction);
    capabilities.can_receive = sdp::receives(direction);
    offer_ = sdp::make_offer({}, capabilities, parameters());
    for (const std::size_t m_line : stopped) {
      sdp::MediaDescription& media = offer_.media.at(m_line);
      media.port = 0;
      std::erase(offer_.groups.at(0).mids, media.mid);
    }
    return offer_;
  }
  void take_answer(const std::string& answer, Instant now) {
    auto negotiated = sdp::apply_answer(offer_, sdp::parse_or_fail(answer), parameters());
    ASSERT_TRUE(negotiated.ok()) << negotiated.error().message;
    begin(std::move(negotiated).value(), now);
  }
  std::string answer(const std::string& offer_text, Instant now) {
    ++version_;
    auto negotiated = sdp::make_answer(sdp::parse_or_fail(offer_text), capabilities(), parameters());
    EXPECT_TRUE(negotiated.ok()) << negotiated.error().message;
    if (!negotiated.ok()) return {};
    begin(*negotiated, now);
    return negotiated->local.to_string();
  }
  void take_candidates(const std::string& description, Instant now) {
    const sdp::SessionDescription parsed = sdp::parse_or_fail(description);
    for (const std::string& text : parsed.media.at(0).candidates) {
      peer.transport->add_remote_candidate(ice::Candidate::parse(text).value(), now);
    }
  }

  // One packet of a stream that counts on from its first.
  void send_video(bool key = false) {
    send(1, video_sequence_++, key ? Octets{0x10, 0, 2} : Octets{0x10, 1, 2});
  }
  // The same on any m-line of video.
  void send_video_on(std::size_t m_line, bool key = false) {
    send(m_line, sequences_[m_line]++, key ? Octets{0x10, 0, 2} : Octets{0x10, 1, 2});
  }
  void send_audio() { send(0, audio_sequence_++, {1, 2, 3, 4}); }
  template <typename Write>
  void send_rtcp(Write write) {
    const base::MutableBytes slot = peer.outbox.slot();
    rtp::RtcpBuilder builder(slot.first(1000));
    write(builder);
    ASSERT_TRUE(peer.transport->line().send_rtcp(peer.outbox, slot, builder.written().size()));
  }

  void receive(base::Bytes datagram, const base::SocketAddress& from, Instant now) {
    const base::PacketRef packet = peer.packet_of(datagram);
    const transport::Received received = peer.transport->receive(*packet, {0, from}, now, peer.outbox);
    if (received.drop != base::DropReason::none) return;
    const base::Bytes opened = std::as_const(*packet).span();
    if (received.kind == transport::DatagramKind::rtp) peer.rtp.emplace_back(opened.begin(), opened.end());
    if (received.kind == transport::DatagramKind::rtcp) peer.rtcp.emplace_back(opened.begin(), opened.end());
  }

  bool connected() const {
    return peer.dtls_state() == dtls::DtlsState::connected && peer.transport->line().is_open();
  }
  std::uint32_t ssrc(std::size_t m_line) const {
    return 1000u * number_ + static_cast<std::uint32_t>(m_line);
  }
  // What the server sends on an m-line, as its description says.
  std::uint32_t remote_ssrc(std::size_t m_line) const {
    return negotiation.media.at(m_line).remote_ssrcs.at(0).ssrc;
  }

  // What has come on an m-line.
  std::size_t received_on(std::size_t m_line) const {
    const auto is_of_it = [&](const Octets& packet) {
      return base::load_u32(packet.data() + 8) == remote_ssrc(m_line);
    };
    return static_cast<std::size_t>(std::ranges::count_if(peer.rtp, is_of_it));
  }

  transport::test::Peer peer;
  sdp::Negotiation negotiation;
  std::size_t videos = 1;              // m-lines of video, behind the one of audio
  std::vector<std::size_t> stopped{};  // m-lines that it has no use for any more

 private:
  sdp::LocalCapabilities capabilities() const {
    sdp::LocalCapabilities capabilities = sdp::default_capabilities();
    capabilities.max_video = videos;
    return capabilities;
  }
  sdp::LocalTransportParameters parameters() const {
    sdp::LocalTransportParameters local;
    local.session_id = std::to_string(number_);
    local.session_version = version_;
    local.cname = "browser";
    const auto fingerprint = transport::test::certificate(peer.certificate_number)->fingerprint().value();
    local.fingerprint = {"sha-256", fingerprint.digest_text()};
    const ice::Credentials& ice = peer.transport->local_credentials();
    local.transports.push_back(
        {.ice_ufrag = ice.ufrag, .ice_pwd = ice.password, .candidates = {peer.candidate().to_string()}});
    for (std::size_t i = 0; i < 1 + videos; ++i)
      local.sources.push_back({.ssrc = ssrc(i), .stream = "s", .track = "t"});
    return local;
  }
  void begin(sdp::Negotiation negotiated, Instant now) {
    negotiation = std::move(negotiated);
    const sdp::NegotiatedTransport& remote = negotiation.transports.at(0);
    const auto& print = remote.remote_fingerprints.at(0);
    peer.transport->add_local_candidate(peer.candidate(), 0, now);
    const bool active = remote.setup == sdp::SetupRole::active;
    ASSERT_TRUE(peer.transport->set_remote(
        {.ice = {remote.remote_ufrag, remote.remote_pwd},
         .fingerprint = dtls::Fingerprint::parse(print.algorithm + " " + print.value).value(),
         .local_dtls_role = active ? dtls::DtlsRole::client : dtls::DtlsRole::server},
        now));
  }
  void send(std::size_t m_line, std::uint16_t sequence, const Octets& payload) {
    const base::MutableBytes slot = peer.outbox.slot();
    base::ByteWriter writer(slot);
    writer.u8(0x80);
    writer.u8(negotiation.media.at(m_line).codecs.at(0).codec.payload_type);
    writer.u16(sequence);
    writer.u32(sequence * 3000u);
    writer.u32(ssrc(m_line));
    ASSERT_TRUE(peer.transport->line().send_rtp(peer.outbox, slot, writer.size(), payload, sequence));
  }

  std::uint8_t number_;
  std::uint64_t version_ = 0;
  sdp::SessionDescription offer_;
  std::uint16_t video_sequence_ = 100;
  std::uint16_t audio_sequence_ = 700;
  std::map<std::size_t, std::uint16_t> sequences_;  // by m-line
};

class PeersTest : public EndpointTest {
 protected:
  PeersTest() {
    dtls::set_virtual_gettimeofday(now());
    flush = [this](base::Outbox& outbox) { collect_from(outbox); };
  }

  Browser& add_browser() {
    browsers.push_back(std::make_unique<Browser>(static_cast<std::uint8_t>(browsers.size() + 1)));
    return *browsers.back();
  }
  // An offer and its answer, with the candidates of both.
  void call(Browser& browser, WebRtcEndpoint& endpoint, sdp::Direction direction = sdp::Direction::sendrecv) {
    EXPECT_TRUE(endpoint.set_network_interfaces("eth0").ok());
    browser.take_answer(answer_of(endpoint, browser.offer(direction).to_string()), now());
    EXPECT_TRUE(endpoint.gather_candidates().ok());
    browser.take_candidates(endpoint.get_local_session_descriptor().value(), now());
  }
  void connect(Browser& browser, WebRtcEndpoint& endpoint,
               sdp::Direction direction = sdp::Direction::sendrecv) {
    call(browser, endpoint, direction);
    run_until(10s, [&] {
      return browser.connected() && endpoint.get_connection_state().value() == ConnectionState::connected;
    });
    EXPECT_TRUE(browser.connected());
  }
  void link(pipeline::MediaElement& source, pipeline::MediaElement& sink) {
    EXPECT_TRUE(source.connect(&sink, {}, {}, {}).ok());
  }
  void release(const std::string& id) {
    shard.objects().release(id);
    collect();
  }

  void run(base::Duration span) {
    run_until(span, [] { return false; });
  }
  void run_until(base::Duration span, const std::function<bool()>& done) {
    const Instant end = now() + span;
    for (int steps = 0; !done(); ++steps) {
      ASSERT_LT(steps, 100'000) << "somebody spins";
      collect();
      Instant next =
          std::min(shard.deadline(), under_way_.empty() ? base::kNever : under_way_.begin()->first);
      for (const auto& browser : browsers) next = std::min(next, browser->peer.transport->deadline());
      if (next > end) return go_to(end);
      go_to(std::max(now(), next));
      deliver();
      if (shard.deadline() <= now()) {
        shard.advance(now());
        ++advances;
      }
      for (const auto& browser : browsers) {
        if (browser->peer.transport->deadline() <= now())
          browser->peer.transport->advance(now(), browser->peer.outbox);
      }
    }
  }

  // What a browser has written, as the shard's socket would give it.
  std::vector<loop::ReceivedDatagram> take_batch(Browser& browser) {
    std::vector<loop::ReceivedDatagram> batch;
    for (const base::Egress& egress : browser.peer.outbox.pending()) {
      batch.push_back(received(std::as_const(browser.peer.outbox).bytes(egress), browser.peer.local));
    }
    browser.peer.outbox.clear();
    return batch;
  }
  loop::ReceivedDatagram received(base::Bytes bytes, const base::SocketAddress& from) {
    base::PacketRef packet = shard.packets().acquire();
    std::copy(bytes.begin(), bytes.end(), packet->bytes);
    packet->length = static_cast<std::uint16_t>(bytes.size());
    packet->arrived = now();
    return {std::move(packet), from};
  }

  std::vector<std::unique_ptr<Browser>> browsers;
  std::size_t advances = 0;  // of the shard
  // Datagrams that go nowhere; false loses one.
  std::function<bool(const base::SocketAddress& from, base::Bytes datagram)> wire = [](auto&, auto) {
    return true;
  };

 private:
  static constexpr base::Duration kDelay = 5ms;
  struct Datagram {
    base::SocketAddress from, to;
    Octets bytes;
  };

  void go_to(Instant when) {
    shard.set_now(when);
    dtls::set_virtual_gettimeofday(when);
  }
  void send(const base::SocketAddress& from, const base::SocketAddress& to, base::Bytes bytes) {
    if (wire(from, bytes))
      under_way_.emplace(now() + kDelay, Datagram{from, to, {bytes.begin(), bytes.end()}});
  }
  void collect_from(base::Outbox& outbox) {
    for (const base::Egress& egress : outbox.pending()) {
      send(shard.ports()[egress.path.port_index].local, egress.path.remote,
           std::as_const(outbox).bytes(egress));
    }
    outbox.clear();
  }
  void collect() {
    collect_from(shard.outbox());
    for (const auto& browser : browsers) {
      base::Outbox& outbox = browser->peer.outbox;
      for (const base::Egress& egress : outbox.pending()) {
        send(browser->peer.local, egress.path.remote, std::as_const(outbox).bytes(egress));
      }
      outbox.clear();
    }
  }
  void deliver() {
    std::map<std::uint8_t, std::vector<loop::ReceivedDatagram>> batches;
    while (!under_way_.empty() && under_way_.begin()->first <= now()) {
      const Datagram datagram = std::move(under_way_.begin()->second);
      under_way_.erase(under_way_.begin());
      for (const pipeline::MediaPort& port : shard.ports()) {
        if (port.local == datagram.to) batches[port.index].push_back(received(datagram.bytes, datagram.from));
      }
      for (const auto& browser : browsers) {
        if (browser->peer.local == datagram.to) browser->receive(datagram.bytes, datagram.from, now());
      }
    }
    for (auto& [port, batch] : batches) shard.on_batch(port, batch, now());
  }

  std::multimap<Instant, Datagram> under_way_;
};

// A publisher, and two viewers of it.
class OneToManyTest : public PeersTest {
 protected:
  // Connects them all.
  void join() {
    connect(publisher, source);
    for (int i = 0; i < 2; ++i) {
      viewers.push_back(&add_browser());
      WebRtcEndpoint& endpoint = make("viewer" + std::to_string(i));
      link(source, endpoint);
      connect(*viewers.back(), endpoint, sdp::Direction::recvonly);
    }
  }

  WebRtcEndpoint& source = make("source");
  Browser& publisher = add_browser();
  std::vector<Browser*> viewers;
};

}  // namespace kaskado::elements::test
