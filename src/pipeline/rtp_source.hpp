// Media of one type as an endpoint receives it: its streams, what is known of them, and everyone it goes to.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "pipeline/api.hpp"
#include "pipeline/layer_meter.hpp"
#include "pipeline/media_format.hpp"
#include "pipeline/pad.hpp"
#include "pipeline/rtp_feed.hpp"
#include "pipeline/simulcast_layer.hpp"
#include "rtp/receive_stream.hpp"

namespace kaskado::pipeline {

class MediaElement;

// What a negotiation says of the received side of an m-line.
struct RtpSourceConfig {
  std::vector<MediaFormat> formats;
  rtp::Ssrc feedback_sender;  // the SSRC that our RTCP to this sender goes by
  bool nack = false;
  rtp::KeyFrameMethod key_frames = rtp::KeyFrameMethod::none;
  std::size_t encodings = 0;  // of the same media at once (RFC 8853); none where there is one only
};

// Owned by the endpoint.
class RtpSource final : public RtpFeed {
 public:
  // Further SSRCs of one m-line push out the one that was followed longest ago.
  static constexpr std::size_t kMaxStreams = 8;
  // With no packet for as long, media counts as not flowing any more.
  static constexpr base::Duration kSilence = std::chrono::seconds{2};
  // Another stream of the m-line that goes on meanwhile is taken up after as long.
  static constexpr base::Duration kTakeOver = std::chrono::milliseconds{500};

  RtpSource(Shard& shard, MediaElement& element, MediaType type);
  ~RtpSource() override { end(); }

  // The element's, that its media leaves by; before anything comes. The default one of its type if it is not
  // called.
  void set_pad(Pad pad) { pad_ = pad; }
  void configure(RtpSourceConfig config);
  const MediaFormat* format(rtp::PayloadType type) const;

  // Judges a packet and keeps it for end_run(). None, or why it was dropped. `encoding` is below the number that was
  // configured, or kNoEncoding where that is not known.
  static constexpr std::size_t kNoEncoding = SIZE_MAX;
  base::DropReason receive(rtp::MediaPacket&& packet, base::Instant now, std::size_t encoding = kNoEncoding);
  // Hands the packets since the last call to all subscribers.
  void end_run(base::Outbox& outbox);
  void receive_sender_report(rtp::Ssrc sender, const rtp::SenderInfo& info, base::Instant now);
  // The sender said goodbye to this SSRC.
  void end_stream(rtp::Ssrc ssrc);

  // Writes the feedback that is due.
  void advance(base::Instant now, rtp::RtcpBuilder& builder);
  base::Instant deadline() const;
  void request_key_frame(base::Instant now) override;
  void set_rtt(base::Duration rtt);
  base::Duration rtt() const override { return rtt_; }
  std::span<const FeedLayer> layers() const override { return told_layers_; }
  RtpFeed* encoding(std::size_t index) override { return index < encodings_.size() ? encodings_[index].get() : nullptr; }
  // nullptr where nothing has come of it.
  rtp::ReceiveStream* stream_of(rtp::Ssrc ssrc) const;
  // The stream that an encoding comes by, or the only one; nullptr where none is known.
  rtp::ReceiveStream* stream_of_encoding(std::size_t encoding) const;
  // Appends one block a stream.
  void append_reports(std::vector<rtp::ReportBlock>& blocks, base::Instant now);

  // The stream that subscribers get, or nullptr before the first packet.
  rtp::ReceiveStream* active() const { return active_; }
  const std::vector<std::unique_ptr<rtp::ReceiveStream>>& streams() const { return streams_; }

 private:
  rtp::ReceiveStream& add_stream(const rtp::MediaPacket& packet);
  bool takes_over(const rtp::ReceiveStream& stream, base::Instant now) const;
  void activate(rtp::ReceiveStream* stream);
  void turn_codec(const rtp::MediaPacket& first);
  void take_encoding(rtp::ReceiveStream& stream, rtp::MediaPacket&& packet, std::size_t encoding, bool restarted, base::Instant now);
  void hold(rtp::MediaPacket&& packet, base::Instant now);
  void set_encodings(std::size_t count);
  void advance_layers(base::Instant now);
  bool flows(const SimulcastLayer& layer) const;
  void choose_best();
  void note_flow(base::Instant now);
  void end_flow();

  MediaElement& element_;
  Pad pad_;
  RtpSourceConfig config_;  // but for the formats, which are the feed's
  std::vector<std::unique_ptr<rtp::ReceiveStream>> streams_;  // the active one stands last
  rtp::ReceiveStream* active_ = nullptr;
  std::vector<rtp::MediaPacket> run_;
  std::vector<std::unique_ptr<SimulcastLayer>> encodings_;
  LayerMeter meter_;  // of the active stream, where it is the only one
  const rtp::ReceiveStream* metered_ = nullptr;
  std::vector<FeedLayer> told_layers_;
  rtp::ReceiveStream* best_ = nullptr;  // that is to be the active one from its next key frame on
  base::Instant next_layers_ = base::kNever;
  base::Duration rtt_{};  // 0 where it is not known
  base::Instant last_packet_{};  // of any stream
  base::Instant last_active_packet_{};
  bool flowing_ = false;
  bool key_frame_at_hand_ = false;  // subscribers are about to get the start of one
};

}  // namespace kaskado::pipeline
