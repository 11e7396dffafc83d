#include "sdp/capabilities.hpp"

namespace kaskado::sdp {
namespace {

CodecCapability audio_codec(std::string name, std::uint32_t clock_rate, std::uint8_t channels,
                            std::optional<std::uint8_t> static_payload_type, std::string parameters) {
  return CodecCapability{.name = std::move(name),
                         .clock_rate = clock_rate,
                         .channels = channels,
                         .static_payload_type = static_payload_type,
                         .offered = FormatParameters(std::move(parameters)),
                         .feedback = {"transport-cc", "nack"}};
}

CodecCapability video_codec(std::string name, std::string parameters) {
  return CodecCapability{.name = std::move(name),
                         .clock_rate = 90000,
                         .offered = FormatParameters(std::move(parameters)),
                         .feedback = {"goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"}};
}

}  // namespace

LocalCapabilities default_capabilities() {
  LocalCapabilities capabilities;
  capabilities.audio = {audio_codec("opus", 48000, 2, std::nullopt, "minptime=10;useinbandfec=1"),
                        audio_codec("PCMU", 8000, 1, 0, ""), audio_codec("PCMA", 8000, 1, 8, "")};
  capabilities.video = {
      video_codec("VP8", ""),
      video_codec("H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
      video_codec("VP9", "profile-id=0"), video_codec("AV1", "level-idx=5;profile=0;tier=0"),
      video_codec("H265", "")};
  for (const std::string_view uri : {extension::kAbsSendTime, extension::kTransportCc, extension::kMid}) {
    capabilities.extensions.push_back({std::string(uri), true, true});
  }
  capabilities.extensions.push_back({std::string(extension::kSsrcAudioLevel), true, false});
  for (const std::string_view uri :
       {extension::kVideoOrientation, extension::kRid, extension::kRepairedRid}) {
    capabilities.extensions.push_back({std::string(uri), false, true});
  }
  return capabilities;
}

LocalCapabilities plain_rtp_capabilities() {
  LocalCapabilities capabilities = default_capabilities();
  capabilities.audio.push_back(audio_codec("AMR", 8000, 1, std::nullopt, ""));
  return capabilities;
}

}  // namespace kaskado::sdp
