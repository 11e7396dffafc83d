// Puts the packets of one viewer together to coded pictures, and writes them to a file with the time at which
// each was complete.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "codec/depacketizer.hpp"
#include "ivf.hpp"
#include "rtp/rtp_packet.hpp"

namespace kaskado::bench {

class Recorder {
 public:
  static base::Result<std::unique_ptr<Recorder>> open(const std::string& path, codec::CodecId codec);

  // In the order of sequence numbers; what comes late, or in the frame that something is missing of, is left
  // out.
  void add(const rtp::RtpHeader& header, base::Bytes payload, base::WallTime arrived);
  // What is written can be read.
  void flush() { file_.flush(); }

  std::uint64_t frames() const { return file_.frames(); }
  // That could not be put together.
  std::uint64_t broken() const { return broken_; }

 private:
  Recorder(IvfWriter file, codec::CodecId codec)
      : file_(std::move(file)), depacketizer_(codec::Depacketizer::create({.codec = codec})) {}

  void end_frame(base::WallTime arrived);

  IvfWriter file_;
  const std::unique_ptr<codec::Depacketizer> depacketizer_;
  std::optional<rtp::SequenceNumber> last_;
  std::vector<std::vector<std::uint8_t>> payloads_;  // of the frame that is coming
  bool whole_ = true;                                // so far
  std::uint64_t broken_ = 0;
};

}  // namespace kaskado::bench
