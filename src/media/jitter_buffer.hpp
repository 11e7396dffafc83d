// From the packets of one received stream, as they come, to its frames, whole and in order.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/drop_reason.hpp"
#include "base/time.hpp"
#include "codec/depacketizer.hpp"
#include "codec/encoded_frame.hpp"
#include "media/lateness.hpp"
#include "media/packet_window.hpp"
#include "media/stream_time.hpp"

namespace kaskado::media {

struct JitterBufferPayload {
  rtp::PayloadType type;
  codec::PayloadFormat format;
  std::uint32_t clock_rate = 90'000;
  int channels = 1;  // sound
};

struct JitterBufferConfig {
  using MakeDepacketizer = std::unique_ptr<codec::Depacketizer> (*)(const codec::PayloadFormat&);

  std::span<const JitterBufferPayload> payloads;  // copied; all of sound, or all of pictures
  // The sender answers NACKs, so that waiting for what is lost is worth more.
  bool retransmissions = true;
  // How many packets may wait, at the most: rounded up to a power of two. When it is full, what stands before
  // the next key frame goes, or the oldest sound.
  std::size_t most_packets = 1024;
  std::size_t most_bytes = 1 << 20;
  // How long a frame of pictures waits for a lost packet of its own or of one before, at the most.
  base::Duration most_patience = std::chrono::milliseconds{500};
  // Within these, sound is handed on so long after its time.
  base::Duration least_delay = std::chrono::milliseconds{10};
  base::Duration most_delay = std::chrono::milliseconds{500};
  MakeDepacketizer make_depacketizer = &codec::Depacketizer::create;
};

struct JitterBufferStats {
  std::uint64_t packets = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t late_packets = 0;  // came when they had been given up
  std::uint64_t lost_packets = 0;  // given up
  std::uint64_t frames = 0;        // handed on
  std::uint64_t dropped_frames = 0;
  std::uint64_t bad_frames = 0;  // whole, but not as their format wants them
  std::uint64_t gaps = 0;
  std::uint64_t key_frame_wishes = 0;
  base::Duration delay{};  // sound: that of now
};

// Belongs to the shard whose packets it holds. Each call of insert() or advance() is followed by take() until
// that gives nothing, and only then deadline() holds. Allocates at construction, for a payload type's first
// packet, and for a frame's own bytes.
class JitterBuffer {
 public:
  // `source` is shared by the streams of one sender; null where the stream stands alone. Never null.
  static std::unique_ptr<JitterBuffer> create(const JitterBufferConfig& config,
                                              std::shared_ptr<SourceTime> source = nullptr);
  virtual ~JitterBuffer() = default;
  JitterBuffer(const JitterBuffer&) = delete;

  // As ReceiveStream has accepted it. What is dropped is counted here too. Another source or epoch than
  // before starts over.
  base::DropReason insert(const rtp::MediaPacket& packet, base::Instant now);
  void advance(base::Instant now) { now_ = std::max(now_, now); }
  // The next frame, where it is due.
  virtual std::optional<codec::EncodedFrame> take() = 0;
  base::Instant deadline() const { return deadline_; }

  // Pictures: something that others need was lost, since the last call, and nothing is handed on until a key
  // frame comes. Also when the stream begins without one. Once a gap; again when none has come within
  // kRepeatWish.
  bool take_key_frame_wish() { return std::exchange(wish_, false); }

  void set_rtt(base::Duration rtt) { rtt_ = rtt; }
  void receive_sender_report(const rtp::SenderInfo& info, base::Instant now) {
    time_.receive_sender_report(info, now);
  }

  JitterBufferStats stats() const { return stats_; }
  std::size_t packets() const { return window_.packets(); }
  std::size_t bytes() const { return window_.bytes(); }

 protected:
  static constexpr base::Duration kRepeatWish = std::chrono::seconds{2};

  JitterBuffer(const JitterBufferConfig& config, std::shared_ptr<SourceTime> source);

  // The window was emptied, and the packet that is about to come in is the first.
  virtual void start_over(const rtp::MediaPacket& first) = 0;
  // The next packet does not fit: give up what is oldest. The window is started over where that is not
  // enough.
  virtual void make_room() = 0;
  virtual void measure(const rtp::MediaPacket& packet, std::int64_t rtp_time, bool newest) = 0;

  const JitterBufferPayload& payload_of(const WaitingPacket& packet) const {
    return payloads_[index_of(packet)];
  }
  codec::Depacketizer& depacketizer_of(const WaitingPacket& packet);
  // What [begin, end) of the window hold, all of one frame. Nothing where the format has it otherwise.
  std::optional<codec::EncodedFrame> assemble(std::uint64_t begin, std::uint64_t end);
  void wish_key_frame();

  JitterBufferConfig config_;
  PacketWindow window_;
  StreamTime time_;
  Lateness lateness_;
  JitterBufferStats stats_;
  base::Instant now_{};
  base::Instant deadline_ = base::kNever;
  base::Instant wished_at_{};
  base::Duration rtt_ = std::chrono::milliseconds{100};

 private:
  static constexpr std::uint8_t kUnknown = 0xff;

  std::size_t index_of(const WaitingPacket& packet) const {
    return index_of_type_[packet.payload_type & 0x7f];
  }
  bool has_room_for(const rtp::MediaPacket& packet) const;
  void restart(const rtp::MediaPacket& first);

  std::vector<JitterBufferPayload> payloads_;
  std::vector<std::unique_ptr<codec::Depacketizer>> depacketizers_;  // beside payloads_
  std::array<std::uint8_t, 128> index_of_type_;
  std::vector<base::Bytes> parts_;  // of the frame that is assembled
  rtp::SourceId source_;
  std::uint64_t newest_ = 0;
  bool wish_ = false;
};

}  // namespace kaskado::media
