#include "container/track.hpp"

#include <algorithm>
#include <array>

namespace kaskado::container {
namespace {

struct Named {
  codec::CodecId id;
  std::string_view name;
};

constexpr std::array<Named, 13> kNames{{{codec::CodecId::vp8, "vp8"},
                                        {codec::CodecId::vp9, "vp9"},
                                        {codec::CodecId::h264, "h264"},
                                        {codec::CodecId::h265, "hevc"},
                                        {codec::CodecId::av1, "av1"},
                                        {codec::CodecId::h263, "h263"},
                                        {codec::CodecId::opus, "opus"},
                                        {codec::CodecId::pcmu, "pcm_mulaw"},
                                        {codec::CodecId::pcma, "pcm_alaw"},
                                        {codec::CodecId::amr_nb, "amr_nb"},
                                        {codec::CodecId::speex, "speex"},
                                        {codec::CodecId::jpeg, "mjpeg"},
                                        {codec::CodecId::aac, "aac"}}};

}  // namespace

std::string codec_name(codec::CodecId id) {
  return std::string(std::ranges::find(kNames, id, &Named::id)->name);
}

std::optional<codec::CodecId> codec_id(std::string_view codec_name) {
  const auto found = std::ranges::find(kNames, codec_name, &Named::name);
  return found != kNames.end() && codec::has_payload_format(found->id) ? std::optional(found->id) : std::nullopt;
}

}  // namespace kaskado::container
