// Pictures: each is handed on as soon as it and all before it are whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "media/jitter_buffer.hpp"

namespace kaskado::media {

// A frame is what shares one RTP timestamp. It ends with the marker bit, or with the next timestamp where a
// sender has shown that its markers mean something else.
//
// A hole is waited for as long as a retransmission can be of use: two round trips and what the path's jitter
// adds. Then the frame that it lies in goes, alone if it says that no other needs it, and otherwise with all
// up to the next key frame.
class VideoJitterBuffer final : public JitterBuffer {
 public:
  VideoJitterBuffer(const JitterBufferConfig& config, std::shared_ptr<SourceTime> source)
      : JitterBuffer(config, std::move(source)) {}

  std::optional<codec::EncodedFrame> take() override;

 private:
  // Of the packets from the window's next on.
  enum class Head { open, hole, whole };

  void start_over(const rtp::MediaPacket& first) override;
  void make_room() override;
  void measure(const rtp::MediaPacket& packet, std::int64_t rtp_time, bool newest) override;

  Head look();
  void begin_head(const WaitingPacket& first);
  bool beginning_may_come();
  std::optional<codec::EncodedFrame> take_head();
  bool give_up_hole();
  bool hole_hurts_only_its_frame(std::uint64_t after);
  // `wish`: none was wished for this yet.
  void need_key_frame(bool wish);
  bool head_starts_key_frame() const;
  void skip_to_key_frame(std::uint64_t key);
  void skip_hole(std::uint64_t after);
  base::Duration patience() const;

  std::uint64_t scan_ = 0;  // all from next() to here are there, and of the head
  std::uint64_t head_end_ = 0;
  std::uint32_t head_timestamp_ = 0;
  std::uint32_t taken_timestamp_ = 0;   // of the head before
  std::uint32_t newest_timestamp_ = 0;  // that came in
  bool head_begun_ = false;
  bool aligned_ = false;          // the head's first packet is known to be there
  bool ended_by_marker_ = false;  // the head before
  bool trust_markers_ = true;
  bool waiting_for_key_frame_ = true;
};

}  // namespace kaskado::media
