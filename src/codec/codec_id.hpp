// The codecs that this server knows how to open; others are forwarded as they come.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kaskado::codec {

enum class CodecId : std::uint8_t { vp8, vp9, h264, h265, av1, h263, opus, pcmu, pcma, amr_nb, speex };

constexpr bool is_video(CodecId id) { return id <= CodecId::h263; }
// The name in session descriptions: "VP8", "H263-1998", "AMR".
std::string_view encoding_name(CodecId id);
// By the name in a session description, in any case.
std::optional<CodecId> codec_named(std::string_view encoding_name);

}  // namespace kaskado::codec
