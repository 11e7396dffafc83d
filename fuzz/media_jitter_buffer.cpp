// Packets of any content and order into the jitter buffers of pictures and of sound. The first byte picks the
// codec; then a step is eight bytes and its payload: how far the sequence number, the timestamp and the time
// move, flags, and how long the payload is.
#include <array>
#include <cstring>

#include "base/bytes.hpp"
#include "fuzz/support/require.hpp"
#include "media/jitter_buffer.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::media;
using fuzz::require;

constexpr std::array kCodecs{codec::CodecId::vp8,    codec::CodecId::vp9,  codec::CodecId::h264,
                             codec::CodecId::h265,   codec::CodecId::av1,  codec::CodecId::h263,
                             codec::CodecId::opus,   codec::CodecId::pcmu, codec::CodecId::pcma,
                             codec::CodecId::amr_nb, codec::CodecId::speex};
constexpr std::size_t kMostPackets = 64, kMostBytes = 40'000;
enum Flags : std::uint8_t {
  kMarker = 1,
  kKeyFrame = 2,
  kNewEpoch = 4,
  kOtherType = 8,
  kFar = 16,
  kReport = 32
};

struct State {
  std::uint64_t sequence = 0x10000;
  std::uint32_t timestamp = 0;
  base::Instant now{std::chrono::seconds{10}};
  std::uint32_t epoch = 0;
};

void take_all(JitterBuffer& buffer, base::Instant now) {
  while (const auto frame = buffer.take()) {
    require(frame->bytes != nullptr);
    require(frame->bytes->size() <= kMostBytes * 4 + 4096);
  }
  buffer.take_key_frame_wish();
  require(buffer.deadline() > now);
  require(buffer.packets() <= kMostPackets && buffer.bytes() <= kMostBytes);
}

void insert(JitterBuffer& buffer, base::PacketPool& pool, State& state, base::ByteReader& reader) {
  const auto sequence_step = static_cast<std::int8_t>(reader.u8());
  const auto timestamp_step = static_cast<std::int16_t>(reader.u16());
  const std::uint16_t passed_us = reader.u16();
  const std::uint8_t flags = reader.u8();
  const std::uint16_t wanted = reader.u16() % (base::kMaxDatagramBytes + 1);
  const base::Bytes payload = reader.take(std::min<std::size_t>(wanted, reader.remaining()));
  state.now += std::chrono::microseconds{passed_us};
  state.sequence += static_cast<std::uint64_t>(std::int64_t{sequence_step} * (flags & kFar ? 5000 : 1));
  state.sequence = std::max<std::uint64_t>(state.sequence, 1);
  state.timestamp += static_cast<std::uint32_t>(std::int32_t{timestamp_step} * (flags & kFar ? 50'000 : 1));
  state.epoch += (flags & kNewEpoch) != 0;
  if (flags & kReport) {
    buffer.receive_sender_report(
        {.ntp = {state.timestamp * std::uint64_t{0x123456789}}, .rtp = {state.timestamp}}, state.now);
    buffer.set_rtt(std::chrono::microseconds{passed_us});
  }
  rtp::MediaPacket media;
  media.packet = pool.acquire();
  require(static_cast<bool>(media.packet));
  if (!payload.empty()) std::memcpy(media.packet->bytes, payload.data(), payload.size());
  media.packet->length = static_cast<std::uint16_t>(payload.size());
  media.packet->arrived = state.now;
  media.header.payload_length = media.packet->length;
  media.header.timestamp = {state.timestamp};
  media.header.payload_type = {static_cast<std::uint8_t>(flags & kOtherType ? 97 : 96)};
  media.header.marker = flags & kMarker;
  media.starts_key_frame = flags & kKeyFrame;
  media.source = {1, state.epoch};
  media.extended_sequence = state.sequence;
  buffer.insert(media, state.now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 1 << 16) return 0;
  base::PacketPool pool(256);
  {
    const codec::CodecId codec = kCodecs[data[0] % kCodecs.size()];
    const std::array<JitterBufferPayload, 2> payloads{
        {{.type = {96}, .format = {codec, (data[0] & 0x80) != 0}, .clock_rate = 90'000},
         {.type = {97},
          .format = {codec::is_video(codec) ? codec::CodecId::vp8 : codec::CodecId::pcmu},
          .clock_rate = 8'000}}};
    const auto buffer =
        JitterBuffer::create({.payloads = payloads, .most_packets = kMostPackets, .most_bytes = kMostBytes});
    State state;
    base::ByteReader reader({data + 1, size - 1});
    while (reader.remaining() >= 8) {
      insert(*buffer, pool, state, reader);
      take_all(*buffer, state.now);
      for (int i = 0; i < 3 && buffer->deadline() <= state.now + std::chrono::milliseconds{5}; ++i) {
        state.now = std::max(state.now, buffer->deadline());
        buffer->advance(state.now);
        take_all(*buffer, state.now);
      }
    }
    require(pool.in_use() == buffer->packets());
  }
  require(pool.in_use() == 0);
  return 0;
}
