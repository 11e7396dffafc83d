// What a publisher sends: the payloads of its packets, one after the other, and when each is due.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "codec/packetizer.hpp"
#include "ivf.hpp"

namespace kaskado::bench {

struct SendPlan {
  double packets_per_second = 260;
  std::size_t packet_bytes = 1200;  // of RTP before it is sealed, header included
  double frames_per_second = 30;    // audio has a frame a packet
  bool burst = false;               // a frame's packets leave at once
};

class Content {
 public:
  struct Part {
    std::size_t bytes = 0;
    std::uint32_t ticks = 0;  // of RTP time since the start
    bool marker = false;
  };
  virtual ~Content() = default;

  // Of the next packet, since the start.
  virtual base::Duration due() const = 0;
  // Writes its payload.
  virtual Part write(base::MutableBytes room) = 0;
  virtual void wish_key_frame() = 0;
  // Nothing is due before this time since the start; what would have been is never sent.
  virtual void skip_to(base::Duration time) = 0;
};

// Packets of one size that look like VP8 or audio and can be told from each other (payload.hpp).
std::unique_ptr<Content> make_marked_packets(std::uint32_t publisher, bool audio, const SendPlan& plan);

// The coded pictures of a file over and over, each picture's packets at once. Where a key frame is wished
// for, the file begins again.
struct FramesPlan {
  std::shared_ptr<const IvfFile> file;
  double frames_per_second = 30;
  // Gets a line for each picture: when it was sent, in ns of the wall clock, and its number in the file.
  // Empty for none.
  std::string sent_log;
};
base::Result<std::unique_ptr<Content>> make_coded_frames(const FramesPlan& plan);

}  // namespace kaskado::bench
