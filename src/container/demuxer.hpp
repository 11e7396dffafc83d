// Takes containers apart: files, uploads, pages and cameras.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "container/byte_source.hpp"
#include "container/track.hpp"

namespace kaskado::container {

// Ends what a demuxer is about. Shared by its thread and by whoever wants it to end.
class Cancellation {
 public:
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_ = false;
};

enum class RtspTransport : std::uint8_t {
  automatic,
  udp,
  tcp
};  // automatic: UDP, and TCP where that is refused

struct DemuxerSettings {
  // Any thread. Only for the time limits below.
  std::function<base::Instant()> clock;
  std::shared_ptr<const Cancellation> cancellation;  // null: none
  base::Duration most_opening_time = std::chrono::seconds{20};
  base::Duration most_reading_time = std::chrono::seconds{10};  // of one frame
  // Of the beginning, to find out what it is, at the most.
  std::size_t most_probed_bytes = std::size_t{2} << 20;
  base::Duration most_probed_time = std::chrono::seconds{2};
  std::size_t most_tracks = 32;
  std::size_t most_frame_bytes = std::size_t{16} << 20;  // larger ones are left out
  RtspTransport rtsp_transport = RtspTransport::automatic;
  // A PEM file of authorities that `https:` servers are held against; empty: the system's. Cameras
  // (`rtsps:`) are not held against any: libavformat hands nothing on to their connections.
  std::string trusted_certificates;
  // For what cameras send; 0: any.
  std::uint16_t first_port = 0;
  std::uint16_t last_port = 0;
};

// Belongs to one thread at a time, which it may make wait: never a shard's, nor one of the compute pool.
class Demuxer {
 public:
  // Nothing but these bytes is read, whatever they name.
  static base::Result<std::unique_ptr<Demuxer>> open(std::shared_ptr<ByteSource> bytes,
                                                     const DemuxerSettings& settings);
  // `http:`, `https:`, `rtsp:` and `rtsps:`, with name and password where they are needed. What the page
  // names is read by the same protocols, never from this machine's files.
  static base::Result<std::unique_ptr<Demuxer>> open(const std::string& address,
                                                     const DemuxerSettings& settings);
  virtual ~Demuxer() = default;

  // The best one of pictures and the best of sound, as far as there are; one at least.
  virtual const std::vector<Track>& tracks() const = 0;
  // Nothing where it has no end that is known.
  virtual std::optional<base::Duration> duration() const = 0;
  virtual bool can_seek() const = 0;
  // It comes at its own pace, as from a camera.
  virtual bool is_live() const = 0;

  // The next frame of any of the tracks; nothing at the end. After an error there is no more to be had.
  virtual base::Result<std::optional<TrackFrame>> read() = 0;
  // To the last key frame that is not behind `position`, or the first; on the clock of TrackFrame::time.
  virtual base::Result<void> seek(base::Duration position) = 0;
};

// A file of this machine. The error says what the matter is; folders and devices are refused.
base::Result<std::shared_ptr<ByteSource>> open_file(const std::string& path);

}  // namespace kaskado::container
