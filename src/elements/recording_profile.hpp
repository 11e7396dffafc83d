// What a recording is written as, by its profile.
#pragma once

#include <optional>
#include <vector>

#include "codec/codec_id.hpp"
#include "container/muxer.hpp"
#include "elements/api.hpp"
#include "pipeline/encoding.hpp"

namespace kaskado::elements {

struct RecordingProfile {
  container::ContainerFormat format;
  // What goes in as it comes; what comes otherwise is encoded as the first. None: not recorded.
  std::vector<codec::CodecId> video;
  std::vector<codec::CodecId> audio;

  const std::vector<codec::CodecId>& codecs(pipeline::MediaType type) const {
    return type == pipeline::MediaType::video ? video : audio;
  }
};

RecordingProfile recording_profile(MediaProfileSpecType type);
// How a recording wants media of that codec to be encoded.
pipeline::Encoding recording_encoding(codec::CodecId codec);

}  // namespace kaskado::elements
