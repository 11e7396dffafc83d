#include "codec/codec_id.hpp"

#include <array>

#include "base/text.hpp"

namespace kaskado::codec {

namespace {

// By their ids.
constexpr std::array<std::string_view, 13> kNames{"VP8",  "VP9",  "H264", "H265", "AV1",   "JPEG",         "H263-1998",
                                                  "opus", "PCMU", "PCMA", "AMR",  "speex", "MPEG4-GENERIC"};
static_assert(static_cast<std::size_t>(CodecId::aac) + 1 == kNames.size());

}  // namespace

std::string_view encoding_name(CodecId id) {
  return kNames[static_cast<std::size_t>(id)];
}

std::optional<CodecId> codec_named(std::string_view encoding_name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (base::equals_ignoring_case(kNames[i], encoding_name)) return static_cast<CodecId>(i);
  }
  return std::nullopt;
}

}  // namespace kaskado::codec
