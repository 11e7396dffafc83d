// The codecs that this server knows how to open; others are forwarded as they come.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kaskado::codec {

// JPEG and AAC (MPEG-4 low complexity) are for files: they have no payload format here, and no decoder.
enum class CodecId : std::uint8_t { vp8, vp9, h264, h265, av1, jpeg, h263, opus, pcmu, pcma, amr_nb, speex, aac };

constexpr bool has_payload_format(CodecId id) { return id != CodecId::jpeg && id != CodecId::aac; }
constexpr bool is_video(CodecId id) { return id <= CodecId::h263; }
// The name in session descriptions: "VP8", "H263-1998", "AMR".
std::string_view encoding_name(CodecId id);
// By the name in a session description, in any case.
std::optional<CodecId> codec_named(std::string_view encoding_name);

}  // namespace kaskado::codec
