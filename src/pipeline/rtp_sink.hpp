// Media of one type as an endpoint sends it: one stream of its own numbering, fed by whichever source the
// element graph leads to, in the best quality of it that the peer's path takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/api.hpp"
#include "pipeline/bitrate_class.hpp"
#include "pipeline/feed_layer.hpp"
#include "pipeline/layer_choice.hpp"
#include "pipeline/media_format.hpp"
#include "pipeline/media_input.hpp"
#include "rtp/rtcp_message.hpp"
#include "rtp/send_stream.hpp"
#include "transport/egress_line.hpp"

namespace kaskado::pipeline {

class RtpFeed;
class Shard;

// What a negotiation says of the sent side of an m-line.
struct RtpSinkConfig {
  std::vector<MediaFormat> formats;  // best first
  rtp::ExtensionMap extensions;
  std::string mid;
  // By the payload types above; none where the peer takes no retransmission streams.
  std::vector<rtp::RetransmissionStream::Payload> retransmissions;
  std::optional<rtp::PayloadType> redundancy = {};  // of redundant audio, where the peer prefers that to what it consists of
  std::uint64_t most_bps = 0;  // as the peer's description says; 0 where it does not
  bool further = false;        // as SendStreamConfig has it
};

// Bits per second of video, as the application wants them; 0 stands for no limit.
struct SendLimits {
  std::uint64_t min_bps = 0;
  std::uint64_t max_bps = 0;
};

// Owned by the endpoint, together with the line that it sends on.
class RtpSink final : public MediaInput {
 public:
  RtpSink(Shard& shard, transport::EgressLine& line, MediaType type);
  ~RtpSink();
  RtpSink(const RtpSink&) = delete;

  // Sends from now on; again after a new negotiation. Sequence, time and SSRC go on.
  void configure(const RtpSinkConfig& config);
  // Sends no more, until configured again.
  void pause();
  // Feeds from it, or from the same media in a codec that the peer takes.
  void bind(RtpFeed* origin) override;
  // Of the formats that were negotiated only those of the codec are sent, if there are any.
  void set_caps(const MediaCaps& caps) override;
  std::optional<base::Duration> latency() const override;
  // What the peer's path takes, as this side estimates it; 0 for nothing known. Told to the source, as a REMB is.
  // `may_be_more`: it has shown no limit lately, and a better layer may be tried.
  void set_estimate(std::uint64_t bitrate_bps, bool may_be_more = false);
  // Hold whatever the path takes.
  void set_send_limits(const SendLimits& limits);
  const SendLimits& send_limits() const { return limits_; }
  // To be called each second or so: what is said to the source holds for some seconds only.
  void renew_wish();
  // What a client wants of the layers at most.
  void set_layer_bounds(const LayerBounds& bounds);
  const LayerBounds& layer_bounds() const { return bounds_; }
  // What may be sent, of all that is known: limits, the estimate, and a REMB that is not too old.
  Allowance allowance() const;
  // Told by the source: another stream of it is the one to send, or its formats are others.
  void source_changed();
  // Likewise: the layers of the media, or their rates, are others.
  void layers_changed();
  // Likewise: a key frame has gone to the subscribers of `feed`.
  void key_frame_passed(const RtpFeed& feed);
  // The line is open: video that waits for a key frame can use one from now on, so this asks for it.
  void line_opened() { ask_for_key_frame(); }
  // The line has new keys.
  void restart_index();

  rtp::Ssrc ssrc() const { return ssrc_; }
  // Of what is sent again, where the peer takes that as a stream of its own.
  rtp::Ssrc retransmission_ssrc() const { return {ssrc_.value ^ 0x80000000u}; }
  // The layer that is sent, or about to be; nothing where the source has one quality only.
  const std::optional<FeedLayer>& layer() const { return layer_; }
  // Unique within the shard.
  std::uint32_t id() const { return id_; }
  // What it sends; nullptr where it is bound to nothing.
  RtpFeed* source() const { return source_; }
  transport::EgressLine& line() const { return line_; }
  // nullptr until configured.
  rtp::SendStream* stream() { return stream_ ? &*stream_ : nullptr; }
  MediaType type() const { return type_; }

  // Feedback about this stream. NACKs are answered at once from the source's history.
  void receive_nack(const rtp::Nack& nack, base::Instant now, base::Outbox& outbox);
  // The way loses so much that repairs are lost as well: from now on they go twice, and nobody has to ask for them.
  void set_lossy(bool lossy) { lossy_ = lossy; }
  // What the transport takes for lost, if the way is lossy.
  void repair(std::span<const rtp::SequenceNumber> lost, base::Instant now, base::Outbox& outbox);
  // Sends of what went lately about so many bytes once more, for a probe. Gives how many; 0 where there is nothing to send, or
  // the peer takes no retransmission stream.
  std::size_t repeat(std::size_t bytes, base::Instant now, base::Outbox& outbox);
  // Up to which rate more than now could be made use of; 0: whatever there is. Nothing where the best that there is
  // is sent already, or nothing could be repeated.
  std::optional<std::uint64_t> useful_bps() const;
  void receive_picture_loss(base::Instant now);
  void receive_full_intra(std::uint8_t command_number, base::Instant now);
  void receive_remb(std::uint64_t bitrate_bps, base::Instant now);
  void receive_report(const rtp::ReportBlock& block, base::Instant now);
  // Once something has been sent.
  std::optional<rtp::SenderInfo> sender_info(base::Instant now) const;

 private:
  std::vector<rtp::SendPayload> payloads(const std::vector<MediaFormat>& formats) const;
  // Takes up the feed that suits the formats, and leaves the former.
  void choose();
  std::vector<MediaFormat> wanted_formats() const;
  void choose_layer();
  void set_repair();
  void take_up(RtpFeed* source);
  // Takes up another encoding of the media at its next key frame, and leaves the former then.
  void turn_to(RtpFeed& layer);
  void send_again(rtp::SequenceNumber lost, base::Instant now, base::Outbox& outbox);
  void drop_next();
  void finish_turn();
  void follow();
  void follow_next();
  void ask_for_key_frame();
  void tell_wish();
  // By the application and by the peer's description; UINT64_MAX for no limit.
  std::uint64_t most_bps() const;

  Shard& shard_;
  transport::EgressLine& line_;
  const MediaType type_;
  const rtp::Ssrc ssrc_;
  const std::uint32_t id_;
  RtpFeed* origin_ = nullptr;
  RtpFeed* source_ = nullptr;
  RtpFeed* next_ = nullptr;  // whose key frame is waited for; attached to as well
  std::optional<FeedLayer> layer_;
  LayerChoice choice_;
  LayerBounds bounds_;
  std::uint64_t remb_bps_ = 0;
  base::Instant remb_until_{};
  std::uint64_t estimate_bps_ = 0;
  bool may_be_more_ = false;
  bool lossy_ = false;
  std::uint64_t best_layer_bps_ = 0;  // of those that may be sent
  SendLimits limits_;
  RtpSinkConfig config_;
  MediaCaps caps_;
  BitrateClass class_;
  std::optional<rtp::SendStream> stream_;
};

}  // namespace kaskado::pipeline
