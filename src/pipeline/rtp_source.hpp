// Media of one type as an endpoint receives it: its streams, what is known of them, and everyone it goes to.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "pipeline/api.hpp"
#include "pipeline/media_format.hpp"
#include "pipeline/router.hpp"
#include "rtp/receive_stream.hpp"
#include "rtp/remb.hpp"

namespace kaskado::pipeline {

class MediaElement;
class RtpSink;
class Shard;

// What a negotiation says of the received side of an m-line.
struct RtpSourceConfig {
  std::vector<MediaFormat> formats;
  rtp::Ssrc feedback_sender;  // the SSRC that our RTCP to this sender goes by
  bool nack = false;
  rtp::KeyFrameMethod key_frames = rtp::KeyFrameMethod::none;
};

// Owned by the endpoint. Sinks bind themselves to it and are unbound when it goes.
class RtpSource {
 public:
  // Further SSRCs of one m-line push out the one that has been silent longest.
  static constexpr std::size_t kMaxStreams = 8;
  // With no packet for as long, media counts as not flowing any more.
  static constexpr base::Duration kSilence = std::chrono::seconds{2};

  RtpSource(Shard& shard, MediaElement& owner, MediaType type);
  ~RtpSource();
  RtpSource(const RtpSource&) = delete;

  void configure(RtpSourceConfig config);
  const std::vector<MediaFormat>& formats() const { return config_.formats; }
  const MediaFormat* format(rtp::PayloadType type) const;

  // Judges a packet and keeps it for end_run(). None, or why it was dropped.
  base::DropReason receive(rtp::MediaPacket&& packet, base::Instant now);
  // Hands the packets since the last call to all subscribers.
  void end_run(base::Outbox& outbox);
  void receive_sender_report(rtp::Ssrc sender, const rtp::SenderInfo& info, base::Instant now);
  // The sender said goodbye to this SSRC.
  void end_stream(rtp::Ssrc ssrc);

  // Writes the feedback that is due.
  void advance(base::Instant now, rtp::RtcpBuilder& builder);
  base::Instant deadline() const;
  // Throttled; nothing where the sender takes no such requests.
  void request_key_frame(base::Instant now);
  void set_rtt(base::Duration rtt);
  // Appends one block a stream.
  void append_reports(std::vector<rtp::ReportBlock>& blocks, base::Instant now);

  void attach(RtpSink& sink);
  void detach(RtpSink& sink);
  void receive_remb(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now);
  // The least that the subscribers ask for; 0 where none says anything.
  std::uint64_t relayed_remb_bps(base::Instant now) { return relay_.smallest_bps(now); }

  MediaElement& owner() const { return owner_; }
  MediaType type() const { return type_; }
  // The stream that subscribers get, or nullptr before the first packet.
  rtp::ReceiveStream* active() const { return active_; }
  const std::vector<std::unique_ptr<rtp::ReceiveStream>>& streams() const { return streams_; }

 private:
  rtp::ReceiveStream* stream_of(rtp::Ssrc ssrc) const;
  rtp::ReceiveStream& add_stream(const rtp::MediaPacket& packet);
  void activate(rtp::ReceiveStream* stream);
  void note_flow(base::Instant now);

  Shard& shard_;
  MediaElement& owner_;
  const MediaType type_;
  RtpSourceConfig config_;
  std::vector<std::unique_ptr<rtp::ReceiveStream>> streams_;  // the one used last stands last
  rtp::ReceiveStream* active_ = nullptr;
  std::vector<rtp::MediaPacket> run_;
  Router router_;
  std::vector<RtpSink*> sinks_;
  rtp::RembRelay relay_;
  base::Duration rtt_{};  // to the sender; 0 where not known
  base::Instant last_packet_{};
  bool flowing_ = false;
};

}  // namespace kaskado::pipeline
