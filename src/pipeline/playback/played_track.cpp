#include "pipeline/playback/played_track.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "codec/bitstream/nal_units.hpp"
#include "codec/foreign_codec.hpp"
#include "codec/frame_facts.hpp"
#include "rtp/types.hpp"

namespace kaskado::pipeline {

namespace {

using codec::CodecId;
using container::Track;

constexpr std::uint32_t kVideoClockRate = 90'000;
constexpr std::uint32_t kSoundClockRate = 48'000;

// The three octets behind the first of avcC, or behind the header of the SPS: profile, constraints, level
// (ISO/IEC 14496-15 §5.3.3.1, RFC 6184 §8.1). Nothing where the container has neither.
std::optional<std::string> profile_level_id(const Track& track) {
  base::Bytes octets(track.extradata);
  if (octets.size() < 4) return std::nullopt;
  if (octets[0] != 1) {
    const auto sps = codec::find_nal(
        octets, [](std::uint8_t header) { return codec::h264::type_of(header) == codec::h264::kSps; });
    if (!sps || sps->size() < 4) return std::nullopt;
    octets = *sps;
  }
  std::array<char, 7> text{};
  std::snprintf(text.data(), text.size(), "%02x%02x%02x", octets[1], octets[2], octets[3]);
  return text.data();
}

MediaFormat format_of(CodecId id, std::uint32_t clock_rate, std::uint8_t channels,
                      std::string parameters = {}) {
  MediaFormat format;
  format.codec.name = codec::encoding_name(id);
  format.codec.clock_rate = clock_rate;
  format.codec.channels = channels;
  format.codec.parameters = sdp::FormatParameters(std::move(parameters));
  return format;
}

std::string h264_parameters(const Track& track) {
  const auto id = profile_level_id(track);
  return "packetization-mode=1" + (id ? ";profile-level-id=" + *id : std::string());
}

PlayedFrames::Decoders decoders_of(const Track& track) {
  const codec::ForeignFormat foreign{.codec = track.codec,
                                     .extradata = track.extradata,
                                     .width = track.width,
                                     .height = track.height,
                                     .sample_rate = track.sample_rate,
                                     .channels = track.channels,
                                     .block_bytes = track.block_bytes,
                                     .bits_per_sample = track.bits_per_sample,
                                     .bitrate_bps = track.bitrate_bps};
  if (track.kind == Track::Kind::audio) {
    return {.audio = [foreign](CodecId, codec::AudioFormat) { return codec::make_foreign_decoder(foreign); }};
  }
  if (track.id) {
    return {.video = [id = *track.id](CodecId, std::shared_ptr<codec::PicturePool> pool) {
      return codec::VideoDecoder::create(id, std::move(pool));
    }};
  }
  return {.video = [foreign](CodecId, std::shared_ptr<codec::PicturePool> pool) {
    return codec::make_foreign_decoder(foreign, std::move(pool));
  }};
}

}  // namespace

std::optional<MediaFormat> packet_format(const Track& track, bool as_they_are) {
  if (!track.id || (track.reordered && !as_they_are)) return std::nullopt;
  switch (*track.id) {
    case CodecId::vp8:
    case CodecId::vp9:
    case CodecId::av1:
    case CodecId::h265:
      return format_of(*track.id, kVideoClockRate, 1);
    case CodecId::h264:
      return format_of(*track.id, kVideoClockRate, 1, h264_parameters(track));
    case CodecId::opus:
      return format_of(*track.id, kSoundClockRate, 2);
    case CodecId::pcmu:
    case CodecId::pcma:
      if (track.sample_rate != 8000 || track.channels != 1) return std::nullopt;
      return format_of(*track.id, 8000, 1);
    default:
      return std::nullopt;
  }
}

PlayedTrack::PlayedTrack(Shard& shard, FeedOwner& owner, Track track, bool as_they_are)
    : track_(std::move(track)),
      as_they_are_(as_they_are),
      type_(track_.kind == Track::Kind::video ? MediaType::video : MediaType::audio),
      clock_rate_(type_ == MediaType::video ? kVideoClockRate : kSoundClockRate) {
  if (const auto format = packet_format(track_, as_they_are)) {
    clock_rate_ = format->codec.clock_rate;
    packets_ = std::make_unique<PlayedPackets>(shard, owner, type_, *format);
  } else {
    frames_ = std::make_unique<PlayedFrames>(shard, owner, type_, decoders_of(track_));
  }
}

bool PlayedTrack::fits(const Track& other) const {
  if (other.kind != track_.kind || other.codec != track_.codec) return false;
  if (packets_) return packet_format(other, as_they_are_) == packet_format(track_, as_they_are_);
  return other.id == track_.id && other.extradata == track_.extradata &&
         !packet_format(other, as_they_are_) && other.sample_rate == track_.sample_rate &&
         other.channels == track_.channels;
}

void PlayedTrack::take(const container::TrackFrame& frame, base::Instant shown, base::Instant now) {
  codec::EncodedFrame coded{.codec = track_.id.value_or(CodecId::vp8),
                            .bytes = frame.bytes,
                            .key_frame = frame.key_frame,
                            .clock_rate = clock_rate_,
                            .time = shown,
                            .arrived = now};
  if (type_ == MediaType::audio) {
    coded.duration = frame.duration;
    if (packets_ && frame.bytes) {
      if (const auto told = codec::sound_duration(coded.codec, *frame.bytes)) coded.duration = *told;
    }
    coded.channels = packets_ && coded.codec == CodecId::opus ? 2 : 1;
  }
  coded.rtp_time = rtp_time(shown, coded.duration);
  // Containers round times, and sound that is heard by such would have to be stretched.
  coded.time += rtp::from_ticks(coded.rtp_time - rtp::to_ticks(shown.time_since_epoch(), clock_rate_), clock_rate_);
  if (packets_) {
    packets_->take(coded);
  } else {
    frames_->take(coded);
  }
}

std::int64_t PlayedTrack::rtp_time(base::Instant shown, base::Duration duration) {
  constexpr base::Duration kNearly = std::chrono::milliseconds{8};
  std::int64_t time = rtp::to_ticks(shown.time_since_epoch(), clock_rate_);
  if (type_ == MediaType::video) return time;
  if (expected_rtp_ && std::abs(time - *expected_rtp_) < rtp::to_ticks(kNearly, clock_rate_))
    time = *expected_rtp_;
  expected_rtp_ = time + rtp::to_ticks(duration, clock_rate_);
  return time;
}

}  // namespace kaskado::pipeline
