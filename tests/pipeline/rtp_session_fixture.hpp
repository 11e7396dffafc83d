// A session with audio and video in one bundle, and its peer on the other end of the line.
#pragma once

#include <algorithm>

#include "fixture.hpp"
#include "pipeline/rtp_session.hpp"

namespace kaskado::pipeline::test {

// Ids of header extensions, and what the m-lines are called.
inline constexpr std::uint8_t kMidId = 1, kTransportCcId = 3;
inline constexpr std::uint32_t kAudioSsrc = 0xa0d10, kVideoSsrc = 0x71de0;

inline sdp::NegotiatedMedia negotiated(sdp::MediaKind kind) {
  const bool audio = kind == sdp::MediaKind::audio;
  sdp::NegotiatedMedia media;
  media.index = audio ? 0 : 1;
  media.mid = audio ? "a" : "v";
  media.kind = kind;
  media.direction = sdp::Direction::sendrecv;
  sdp::NegotiatedCodec codec;
  codec.codec = audio ? format(111, "opus", 48'000).codec : format(96, "VP8").codec;
  if (!audio) codec.codec.feedback = {"nack", "nack pli", "ccm fir"};
  codec.receive_payload_type = codec.codec.payload_type;
  media.codecs = {codec};
  media.extensions = {{kMidId, {}, std::string(rtp::uri_of(rtp::ExtensionKind::mid)), {}},
                      {kTransportCcId, {}, std::string(rtp::uri_of(rtp::ExtensionKind::transport_cc)), {}}};
  media.rtcp_mux = media.rtcp_rsize = true;
  return media;
}

// One-byte elements (RFC 8285 §4.2), padded.
struct Extension {
  std::uint8_t id;
  Octets value;
};
inline Octets extension_block(const std::vector<Extension>& elements) {
  Octets block{0xbe, 0xde, 0, 0};
  for (const Extension& element : elements) {
    block.push_back(static_cast<std::uint8_t>(element.id << 4 | (element.value.size() - 1)));
    block.insert(block.end(), element.value.begin(), element.value.end());
  }
  while (block.size() % 4 != 0) block.push_back(0);
  block[3] = static_cast<std::uint8_t>(block.size() / 4 - 1);
  return block;
}
inline Octets mid_block(const std::string& mid) {
  return extension_block({{kMidId, {mid.begin(), mid.end()}}});
}

inline constexpr const char* kCname = "a name";

class RtpSessionTest : public ElementTest {
 protected:
  RtpSessionTest() { configure(); }

  void configure() { session.configure({audio_media, video_media}); }
  void feedback_of_video(std::vector<std::string> values) {
    video_media.codecs[0].codec.feedback = std::move(values);
  }
  void reduced_size(bool on) { audio_media.rtcp_rsize = video_media.rtcp_rsize = on; }

  DropReason receive(const PacketSpec& spec) {
    return session.receive_rtp(rtp::test::make_packet(shard.packets(), spec, now()), now());
  }
  DropReason receive_video(std::uint16_t sequence, bool key = false) {
    return receive(vp8(sequence, key, kVideoSsrc));
  }
  DropReason receive_audio(std::uint16_t sequence) { return receive(opus(sequence)); }
  static PacketSpec opus(std::uint16_t sequence, std::uint32_t ssrc = kAudioSsrc) {
    PacketSpec spec = vp8(sequence, false, ssrc);
    spec.payload_type = 111;
    return spec;
  }
  template <typename Write>
  DropReason receive_rtcp(Write write) {
    std::array<std::uint8_t, 1200> memory;
    rtp::RtcpBuilder builder(memory);
    write(builder);
    const DropReason drop = session.receive_rtcp(builder.written(), now(), shard.outbox());
    peer.take_all(shard.outbox());
    return drop;
  }
  void end_run() {
    session.end_run(shard.outbox());
    peer.take_all(shard.outbox());
  }
  // What the session says by itself at this moment.
  std::vector<Octets> advance() {
    peer.rtcp.clear();
    session.advance(now(), shard.outbox());
    peer.take_all(shard.outbox());
    return peer.rtcp;
  }
  // All that it says until then, at its own deadlines.
  std::vector<Octets> advance_to(base::Duration since_start) {
    std::vector<Octets> said;
    for (int wakes = 0; session.deadline() <= kStart + since_start; ++wakes) {
      if (wakes == 10'000) ADD_FAILURE() << "it spins";
      if (wakes == 10'000) break;
      shard.set_now(std::max(now(), session.deadline()));
      for (Octets& compound : advance()) said.push_back(std::move(compound));
    }
    at(since_start);
    return said;
  }
  // What it says with its next report, and before.
  std::vector<Octets> next_report() {
    std::vector<Octets> said;
    constexpr std::uint8_t kReceiverReport = 201;  // and 200 is a sender's
    while (said.empty() || said.back()[1] > kReceiverReport) {
      if (session.deadline() == base::kNever) break;
      for (Octets& compound : advance_to(session.deadline() - kStart)) said.push_back(std::move(compound));
    }
    return said;
  }
  void loop_back() {
    for (const MediaType type : {MediaType::audio, MediaType::video}) {
      session.sink(type).bind(&session.source(type));
    }
  }
  std::size_t streams(MediaType type) { return session.source(type).streams().size(); }
  static std::vector<int> types_of(base::Bytes compound) {
    std::vector<int> types;
    while (compound.size() >= 4) {
      types.push_back(compound[1]);
      compound =
          compound.subspan(std::min(compound.size(), 4 * (std::size_t{base::load_u16(&compound[2])} + 1)));
    }
    return types;
  }

  TestElement& element = add("endpoint");
  Subscriber peer{1};
  RtpSession session{shard, element, peer.line, kCname};
  sdp::NegotiatedMedia audio_media = negotiated(sdp::MediaKind::audio);
  sdp::NegotiatedMedia video_media = negotiated(sdp::MediaKind::video);
};

}  // namespace kaskado::pipeline::test
