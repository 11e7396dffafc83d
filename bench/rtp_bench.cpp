// The media path packet by packet: what is paid once a received packet, and what once a subscriber.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "base/random.hpp"
#include "rtp/receive_stream.hpp"
#include "rtp/rtcp_builder.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp/send_stream.hpp"

namespace kaskado::rtp {
namespace {

constexpr std::array<ReceivePayload, 1> kReceive{{{PayloadType{96}, VideoCodec::vp8}}};
constexpr std::array<SendPayload, 1> kSend{{{PayloadType{96}, PayloadType{100}}}};
constexpr std::size_t kPayloadBytes = 1100;

ExtensionMap source_map() {
  ExtensionMap map;
  map.set(ExtensionKind::mid, 1);
  map.set(ExtensionKind::abs_send_time, 2);
  map.set(ExtensionKind::transport_cc, 3);
  map.set(ExtensionKind::video_orientation, 4);
  return map;
}

// VP8, with mid, abs-send-time and orientation as a browser sends them.
base::PacketRef make_packet(base::PacketPool& pool, std::uint16_t sequence, base::Instant now) {
  base::PacketRef packet = pool.acquire();
  base::ByteWriter writer({packet->bytes, sizeof packet->bytes});
  writer.u8(0x90);
  writer.u8(96);
  writer.u16(sequence);
  writer.u32(sequence * 3000u);
  writer.u32(0x1234);
  writer.u16(0xbede);
  writer.u16(3);
  const std::uint8_t extensions[] = {0x10, '0', 0x22, 1, 2, 3, 0x31, 0, 9, 0x40, 1, 0};
  writer.bytes(extensions);
  writer.u8(0x10);
  writer.zeros(kPayloadBytes - 1);
  packet->length = static_cast<std::uint16_t>(writer.size());
  packet->arrived = now;
  return packet;
}

MediaPacket make_media(base::PacketPool& pool, std::uint16_t sequence, base::Instant now) {
  static const ExtensionMap map = source_map();
  return *read_media_packet(make_packet(pool, sequence, now), map);
}

ReceiveStreamConfig receive_config() {
  return {.ssrc = Ssrc{0x1234}, .feedback_sender = Ssrc{1}, .payloads = kReceive};
}

void parse(benchmark::State& state) {
  base::PacketPool pool(1024);
  const base::PacketRef packet = make_packet(pool, 1, base::Instant{std::chrono::seconds{1}});
  const ExtensionMap map = source_map();
  for (auto _ : state) benchmark::DoNotOptimize(read_media_packet(packet, map));
}
BENCHMARK(parse);

void accept(benchmark::State& state) {
  base::PacketPool pool(1024);
  ReceiveStream stream(receive_config());
  base::Instant now{std::chrono::seconds{1}};
  MediaPacket media = make_media(pool, 1, now);
  for (auto _ : state) {
    now += std::chrono::milliseconds{1};
    ++media.header.sequence.value;
    media.header.timestamp.value += 90;
    benchmark::DoNotOptimize(stream.accept(media, now));
  }
}
BENCHMARK(accept);

ExtensionMap subscriber_map(std::int64_t extensions) {
  ExtensionMap map;
  if (extensions >= 1) map.set(ExtensionKind::abs_send_time, 5);
  if (extensions >= 2) map.set(ExtensionKind::mid, 6);
  if (extensions >= 3) map.set(ExtensionKind::video_orientation, 7);
  return map;
}

SendStream make_send_stream(std::uint32_t ssrc, const ExtensionMap& map) {
  SendStream stream({.ssrc = Ssrc{ssrc}, .payloads = kSend, .extensions = map, .mid = "0"});
  stream.switch_source({1, 0});
  return stream;
}

// One packet a turn to one subscriber: everything is in the first-level cache.
void stamp(benchmark::State& state) {
  base::PacketPool pool(1024);
  SendStream stream = make_send_stream(1, subscriber_map(state.range(0)));
  MediaPacket media = make_media(pool, 1, base::Instant{std::chrono::seconds{1}});
  media.source = {1, 0};
  media.starts_key_frame = true;
  std::array<std::uint8_t, base::kMaxDatagramBytes> slot;
  for (auto _ : state) {
    ++media.extended_sequence;
    benchmark::DoNotOptimize(stream.stamp(media, slot));
  }
}
BENCHMARK(stamp)->Arg(0)->Arg(1)->Arg(3);

// One packet to many subscribers, each with an egress slot of a batch of 64: time is for one subscriber.
void fan_out(benchmark::State& state) {
  base::PacketPool pool(1024);
  const auto subscribers = static_cast<std::size_t>(state.range(0));
  std::vector<SendStream> streams;
  for (std::size_t i = 0; i < subscribers; ++i)
    streams.push_back(make_send_stream(static_cast<std::uint32_t>(i), subscriber_map(3)));
  MediaPacket media = make_media(pool, 1, base::Instant{std::chrono::seconds{1}});
  media.source = {1, 0};
  media.starts_key_frame = true;
  std::vector<std::array<std::uint8_t, 1536>> slots(64);
  for (auto _ : state) {
    ++media.extended_sequence;
    for (std::size_t i = 0; i < subscribers; ++i)
      benchmark::DoNotOptimize(streams[i].stamp(media, slots[i % 64]));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(fan_out)->Arg(100)->Arg(1000)->Arg(10000);

void history_look_up(benchmark::State& state) {
  base::PacketPool pool(1024);
  PacketHistory history(512);
  for (std::uint16_t i = 0; i < 512; ++i) {
    MediaPacket media = make_media(pool, i, base::Instant{std::chrono::seconds{1}});
    media.extended_sequence = 0x10000u + i;
    history.insert(media);
  }
  std::uint64_t sequence = 0;
  for (auto _ : state) benchmark::DoNotOptimize(history.find(0x10000u + (sequence = (sequence + 37) % 512)));
}
BENCHMARK(history_look_up);

void rtcp_read_compound(benchmark::State& state) {
  std::array<std::uint8_t, 1500> bytes;
  RtcpBuilder builder(bytes);
  const std::array<ReportBlock, 2> blocks{{{.ssrc = Ssrc{1}}, {.ssrc = Ssrc{2}}}};
  const std::array<SequenceNumber, 3> lost{{{1}, {5}, {40}}};
  const std::array<Ssrc, 1> media{{{7}}};
  builder.receiver_report(Ssrc{9}, blocks);
  builder.cname(Ssrc{9}, "kaskado@example");
  builder.nack(Ssrc{9}, Ssrc{1}, lost);
  builder.remb(Ssrc{9}, 2'500'000, media);
  for (auto _ : state) {
    RtcpReader reader(builder.written());
    while (auto message = reader.next()) {
      if (const Nack* nack = std::get_if<Nack>(&*message))
        for (const SequenceNumber sequence : *nack) benchmark::DoNotOptimize(sequence);
      benchmark::DoNotOptimize(*message);
    }
  }
}
BENCHMARK(rtcp_read_compound);

}  // namespace
}  // namespace kaskado::rtp
