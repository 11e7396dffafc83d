// The fan-out as a source does it: every packet of a run stamped and sealed for every subscriber, into the
// outbox's slots. Time is for one packet to one subscriber.
#include <benchmark/benchmark.h>

#include <array>
#include <deque>
#include <vector>

#include "base/random.hpp"
#include "pipeline/router.hpp"
#include "rtp/receive_stream.hpp"

namespace kaskado::pipeline {
namespace {

constexpr std::array<rtp::ReceivePayload, 1> kReceive{{{rtp::PayloadType{96}, rtp::VideoCodec::vp8}}};
constexpr std::array<rtp::SendPayload, 1> kSend{{{rtp::PayloadType{96}, rtp::PayloadType{100}}}};
constexpr std::size_t kPayloadBytes = 1188;
constexpr base::Instant kNow{std::chrono::seconds{1}};

srtp::MasterKey key_of(std::uint32_t subscriber, srtp::Profile profile) {
  base::SeededRandom random(subscriber);
  std::array<std::uint8_t, srtp::kMaxKeyBytes> key;
  std::array<std::uint8_t, srtp::kMaxSaltBytes> salt;
  random.fill(key);
  random.fill(salt);
  const srtp::ProfileTraits& traits = srtp::traits(profile);
  return srtp::MasterKey::from(profile, base::Bytes(key).first(traits.key_bytes),
                               base::Bytes(salt).first(traits.salt_bytes))
      .value();
}

rtp::ExtensionMap extensions(bool numbered) {
  rtp::ExtensionMap map;
  if (numbered) map.set(rtp::ExtensionKind::transport_cc, 3);
  return map;
}

struct Subscriber {
  Subscriber(std::uint32_t number, srtp::Profile profile, bool numbered)
      : stream({.ssrc = rtp::Ssrc{number}, .payloads = kSend, .extensions = extensions(numbered), .mid = {}}) {
    if (numbered) line.control_from(0);
    stream.switch_source({1, 0});
    line.set_key(key_of(number, profile));
    line.open({0, base::SocketAddress::v4({127, 0, 0, 1}, static_cast<std::uint16_t>(1024 + number))});
  }
  rtp::SendStream stream;
  transport::EgressLine line;
};

// The first packet of a key frame, so that every stream starts.
rtp::MediaPacket make_media(base::PacketPool& pool, std::uint16_t sequence) {
  base::PacketRef packet = pool.acquire();
  base::ByteWriter writer({packet->bytes, sizeof packet->bytes});
  writer.u8(0x80);
  writer.u8(96);
  writer.u16(sequence);
  writer.u32(3000);
  writer.u32(0x1234);
  writer.u8(0x10);
  writer.zeros(kPayloadBytes - 1);
  packet->length = static_cast<std::uint16_t>(writer.size());
  packet->arrived = kNow;
  return *rtp::read_media_packet(packet, {});
}

void forward(benchmark::State& state, srtp::Profile profile, bool numbered = false) {
  const auto subscribers = static_cast<std::uint32_t>(state.range(0));
  const auto run_length = static_cast<std::uint16_t>(state.range(1));
  base::PacketPool pool(1024);
  std::deque<Subscriber> all;
  Router router;
  for (std::uint32_t i = 0; i < subscribers; ++i) {
    Subscriber& subscriber = all.emplace_back(i, profile, numbered);
    router.subscribe({&subscriber.stream, &subscriber.line});
  }
  rtp::ReceiveStream source(
      {.ssrc = rtp::Ssrc{0x1234}, .feedback_sender = rtp::Ssrc{1}, .payloads = kReceive});
  std::vector<rtp::MediaPacket> run;
  for (std::uint16_t i = 0; i < run_length; ++i) {
    run.push_back(make_media(pool, i));
    source.accept(run.back(), kNow);
  }
  // The socket would send here: bench/loop_udp_port_bench.cpp has that.
  base::Outbox outbox(128, [](void*, base::Outbox& full) { full.clear(); });
  base::DropCounters drops;
  for (auto _ : state) {
    router.forward(run, kNow, outbox, drops);
    outbox.clear();
    for (rtp::MediaPacket& packet : run) packet.extended_sequence += run_length;
  }
  const auto packets = static_cast<double>(state.iterations()) * subscribers * run_length;
  using benchmark::Counter;
  state.counters["ns_per_packet"] = Counter(packets / 1e9, Counter::kIsRate | Counter::kInvert);
  for (std::size_t reason = 0; reason < base::kDropReasonCount; ++reason)
    if (drops.of(static_cast<base::DropReason>(reason)) != 0) state.SkipWithError("packets were dropped");
}
BENCHMARK_CAPTURE(forward, gcm, srtp::Profile::aead_aes128_gcm)
    ->ArgNames({"subscribers", "run"})
    ->ArgsProduct({{1, 10, 100}, {1, 9}});
// With the numbers of transport-wide congestion control.
BENCHMARK_CAPTURE(forward, gcm_numbered, srtp::Profile::aead_aes128_gcm, true)
    ->ArgNames({"subscribers", "run"})
    ->ArgsProduct({{1, 10, 100}, {1, 9}});
BENCHMARK_CAPTURE(forward, gcm_numbered_of_many, srtp::Profile::aead_aes128_gcm, true)
    ->ArgNames({"subscribers", "run"})
    ->Args({2000, 1});
BENCHMARK_CAPTURE(forward, gcm_of_many, srtp::Profile::aead_aes128_gcm)
    ->ArgNames({"subscribers", "run"})
    ->Args({2000, 1});
BENCHMARK_CAPTURE(forward, cm_sha1, srtp::Profile::aes128_cm_sha1_80)
    ->ArgNames({"subscribers", "run"})
    ->Args({100, 1});

}  // namespace
}  // namespace kaskado::pipeline
