// Puts frames together to a container.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "container/track.hpp"

namespace kaskado::container {

enum class ContainerFormat : std::uint8_t { webm, matroska, mp4, flv, mjpeg };

// Where a muxer's bytes go. Called within the muxer's own calls, on its thread; may make it wait.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual base::Result<void> write(base::Bytes bytes) = 0;
  virtual bool can_seek() const { return false; }
  // Where the next write goes. Only where it can.
  virtual base::Result<void> seek(std::uint64_t position) {
    return (void)position, base::Error{"no seeking"};
  }
};

struct MuxerSettings {
  ContainerFormat format = ContainerFormat::webm;
  std::vector<Track> tracks;
  // What is written can be played up to so long before the end, whenever it breaks off: the length of WebM
  // clusters and of MP4 fragments.
  base::Duration piece = std::chrono::seconds{1};
};

// Belongs to one thread at a time.
class Muxer {
 public:
  // The error says which track the format cannot hold.
  static base::Result<std::unique_ptr<Muxer>> create(MuxerSettings settings, std::shared_ptr<ByteSink> sink);
  virtual ~Muxer() = default;

  // Frames of all tracks in the order of their decode_time, as far as is known; what is somewhat out of order
  // is sorted. `bytes` is as TrackFrame says, whatever form the container has. The sink's error comes up
  // here, and the muxer is of no use then; a frame that is malformed is left out.
  virtual base::Result<void> write(const TrackFrame& frame) = 0;
  // What is still held, and what belongs at the end; once.
  virtual base::Result<void> finish() = 0;
};

}  // namespace kaskado::container
