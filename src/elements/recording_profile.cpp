#include "elements/recording_profile.hpp"

namespace kaskado::elements {

namespace {

using codec::CodecId;
using container::ContainerFormat;
using Codecs = std::vector<CodecId>;

const Codecs kNone;
// WebM: the container's guidelines. Matroska and MP4: what players know there; MP4 as of the bindings of AV1,
// VP9 and Opus.
const Codecs kWebmVideo{CodecId::vp8, CodecId::vp9, CodecId::av1};
const Codecs kWebmAudio{CodecId::opus};
const Codecs kMatroskaVideo{CodecId::vp8, CodecId::h264, CodecId::vp9, CodecId::av1, CodecId::h265};
const Codecs kMatroskaAudio{CodecId::opus, CodecId::pcmu, CodecId::pcma};
const Codecs kMp4Video{CodecId::h264, CodecId::vp9, CodecId::av1, CodecId::h265};
const Codecs kMp4Audio{CodecId::opus};

}  // namespace

RecordingProfile recording_profile(MediaProfileSpecType type) {
  switch (type) {
    case MediaProfileSpecType::webm:
      return {ContainerFormat::webm, kWebmVideo, kWebmAudio};
    case MediaProfileSpecType::webm_video_only:
      return {ContainerFormat::webm, kWebmVideo, kNone};
    case MediaProfileSpecType::webm_audio_only:
      return {ContainerFormat::webm, kNone, kWebmAudio};
    case MediaProfileSpecType::mp4:
      return {ContainerFormat::mp4, kMp4Video, kMp4Audio};
    case MediaProfileSpecType::mp4_video_only:
      return {ContainerFormat::mp4, kMp4Video, kNone};
    case MediaProfileSpecType::mp4_audio_only:
      return {ContainerFormat::mp4, kNone, kMp4Audio};
    case MediaProfileSpecType::mkv_video_only:
      return {ContainerFormat::matroska, kMatroskaVideo, kNone};
    case MediaProfileSpecType::mkv_audio_only:
      return {ContainerFormat::matroska, kNone, kMatroskaAudio};
    case MediaProfileSpecType::jpeg_video_only:
      return {ContainerFormat::mjpeg, {CodecId::jpeg}, kNone};
    case MediaProfileSpecType::flv:
      return {ContainerFormat::flv, {CodecId::h264}, {CodecId::aac}};
    // The split recorder stores all media as it comes, for tools that take it apart later.
    case MediaProfileSpecType::mkv:
    case MediaProfileSpecType::kurento_split_recorder:
      break;
  }
  return {ContainerFormat::matroska, kMatroskaVideo, kMatroskaAudio};
}

pipeline::Encoding recording_encoding(CodecId codec) {
  constexpr int kSoundBitrate_bps = 96'000;
  pipeline::Encoding encoding{.format = {.payload_type = {96}, .codec = {}}};
  sdp::RtpCodec& format = encoding.format.codec;
  format.payload_type = encoding.format.payload_type.value;
  format.name = codec::encoding_name(codec);
  const bool narrow = codec == CodecId::pcmu || codec == CodecId::pcma;
  format.clock_rate = codec::is_video(codec) ? 90'000 : narrow ? 8'000 : 48'000;
  format.channels = codec::is_video(codec) || narrow ? 1 : 2;
  if (codec == CodecId::h264)
    format.parameters =
        sdp::FormatParameters("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
  if (!codec::is_video(codec) && !narrow) encoding.bitrate_bps = kSoundBitrate_bps;
  return encoding;
}

}  // namespace kaskado::elements
