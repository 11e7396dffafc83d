// One raw picture on its way through decoders, filters, mixers and encoders.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/time.hpp"
#include "codec/picture.hpp"

namespace kaskado::media {

// What filters tell each other of a picture, by key; constant once shared.
using Metadata = std::shared_ptr<const std::map<std::string, std::string>>;

struct VideoFrame {
  codec::PictureRef picture;
  // When it is to be shown, on this server's clock.
  base::Instant time{};
  // When the packets that it was made from had come in; a mixer's: the oldest of its inputs'.
  base::Instant arrived{};
  Metadata metadata;
};

}  // namespace kaskado::media
