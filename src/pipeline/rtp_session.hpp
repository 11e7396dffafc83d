// The RTP side of an endpoint: which packet belongs to which m-line, and the RTCP of all of them on one
// transport (RFC 3550, RFC 4585, RFC 8843 §9.2). Knows nothing of how the transport was set up.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/fec_ingest.hpp"
#include "pipeline/rtp_sink.hpp"
#include "pipeline/rtp_source.hpp"
#include "pipeline/send_bandwidth.hpp"
#include "rtp/header_extension.hpp"
#include "rtp/remb.hpp"
#include "rtp/report_schedule.hpp"
#include "rtp/transport_cc.hpp"
#include "sdp/negotiation.hpp"
#include "transport/egress_line.hpp"

namespace kaskado::pipeline {

// Bits per second; 0 stands for no limit.
struct ReceiveLimits {
  std::uint64_t min_bps = 0;
  std::uint64_t max_bps = 0;
};

class RtpSession {
 public:
  RtpSession(Shard& shard, MediaElement& owner, transport::EgressLine& line, std::string cname);
  RtpSession(const RtpSession&) = delete;

  // Takes up what was negotiated; also again. Each m-line is the pad of its kind and number; of two of the
  // same the first counts.
  void configure(const std::vector<sdp::NegotiatedMedia>& media);
  // Of audio or video; those of further pads are made when they are asked for first, and stay.
  RtpSource& source(Pad pad) { return line(pad).source; }
  RtpSink& sink(Pad pad) { return line(pad).sink; }
  // All that there are, the default ones first.
  std::vector<Pad> pads() const;
  // Of each video.
  void set_receive_limits(const ReceiveLimits& limits) { limits_ = limits; }
  void set_send_limits(const SendLimits& limits);
  void set_layer_bounds(const LayerBounds& bounds);
  void set_remb_params(const rtp::RembParams& params);
  void set_rtt(base::Duration rtt);

  // Decrypted packets. Drops are counted by the caller.
  base::DropReason receive_rtp(base::PacketRef packet, base::Instant now);
  base::DropReason receive_rtcp(base::Bytes packet, base::Instant now, base::Outbox& outbox);
  // The peer has new keys: packet indices begin anew.
  void restart_indices();
  // The transport is up: reports begin.
  void start(base::Instant now);
  // Hands what came in since the last call to the subscribers.
  void end_run(base::Outbox& outbox);
  void advance(base::Instant now, base::Outbox& outbox);
  base::Instant deadline() const;
  // No media has come or gone for some seconds, so that there is nothing to report and nothing is due. What
  // comes ends it; where some goes, resume() has to be called.
  bool is_resting() const { return quiet_turns_ == kQuietTurns; }
  void resume(base::Instant now);
  // BYE for everything that was sent (RFC 3550 §6.6).
  void say_goodbye(base::Outbox& outbox);
  // What was last asked of the peer; 0 before.
  std::uint64_t last_remb_bps() const { return last_remb_bps_; }
  // What the peer's path is estimated to take, of all that goes there, in bits per second; 0 where that is not known.
  std::uint64_t available_bps() const { return bandwidth_ ? bandwidth_->available_bps() : 0; }
  // When the last RTP or RTCP came; nothing before the first.
  std::optional<base::Instant> last_received() const { return last_received_; }

 private:
  static constexpr std::uint8_t kNoPayload = 0xff;
  struct MediaLine {
    MediaLine(Shard& shard, MediaElement& owner, transport::EgressLine& egress, Pad as);
    bool is_video() const { return pad.type == MediaType::video; }

    const Pad pad;
    RtpSource source;
    RtpSink sink;
    std::string mid;
    bool negotiated = false;
    bool receives = false;
    bool remb = false;           // goog-remb was negotiated
    bool transport_cc = false;   // transport-cc was negotiated
    bool sends = false;
    std::vector<std::string> rids = {};  // of the encodings, where they have names (RFC 8852)
    std::uint8_t red = kNoPayload;       // received: redundant audio (RFC 2198)
    std::array<std::uint8_t, 128> repaired = no_payloads();  // payload type by that of its retransmissions (RFC 4588)
    std::unique_ptr<FecIngest> fec = {};  // where video comes protected

    // Whether the payload type is one of what is received.
    bool takes(rtp::PayloadType type) const {
      return source.format(type) || type.value == red || repaired[type.value & 0x7f] != kNoPayload || (fec && fec->takes(type));
    }
  };
  struct KnownSsrc {
    MediaLine* line;
    bool signalled = false;  // else learnt from packets
    std::size_t encoding = RtpSource::kNoEncoding;
    std::optional<rtp::Ssrc> repairs = {};  // it brings that stream's packets again, or protects them
  };
  static std::array<std::uint8_t, 128> no_payloads() {
    std::array<std::uint8_t, 128> none;
    none.fill(kNoPayload);
    return none;
  }
  static constexpr base::Duration kReportInterval = std::chrono::seconds{1};
  // Reports without any media since the one before. Who has not sent for two is no sender any more (RFC 3550
  // §6.3.8); the others are for what was lost.
  static constexpr int kQuietTurns = 5;

  MediaLine& line(Pad pad);
  template <typename Work>
  void each_line(Work&& work) {
    work(audio_);
    work(video_);
    for (const auto& further : further_) work(*further);
  }
  template <typename Work>
  void each_video(Work&& work) {
    work(video_);
    for (const auto& further : further_) {
      if (further->is_video()) work(*further);
    }
  }
  // Where RTCP is of no stream in particular.
  rtp::Ssrc own_ssrc() const;
  void configure_bandwidth();
  void receive_feedback(const rtp::TransportFeedback& feedback, base::Instant now, base::Outbox& outbox);
  std::optional<std::uint64_t> useful_bps();
  void probe(base::Instant now, base::Outbox& outbox);
  void advance_bandwidth(base::Instant now, base::Outbox& outbox);
  void share_estimate(std::uint64_t video_bps, bool may_be_more);
  void configure_line(MediaLine& line, const sdp::NegotiatedMedia* media);
  void configure_encodings(MediaLine& line, const sdp::NegotiatedMedia& media);
  // What is known of the packet's SSRC, or becomes known by it; no line where it belongs to none.
  KnownSsrc route_of(const rtp::MediaPacket& packet);
  MediaLine* line_of(const rtp::MediaPacket& packet, std::string_view mid);
  std::size_t encoding_named(const MediaLine& line, const rtp::MediaPacket& packet, rtp::ExtensionKind kind) const;
  // Makes of redundant audio the packet that it brings first, and takes up those before it that have not come.
  base::DropReason unwrap_red(rtp::MediaPacket& packet, MediaLine& line, base::Instant now);
  // Makes of a retransmission the packet that it brings again.
  base::DropReason unwrap(rtp::MediaPacket& packet, const KnownSsrc& route);
  RtpSink* sink_of(rtp::Ssrc ssrc);
  void receive(const rtp::SenderReport& report, base::Instant now);
  void receive_blocks(const rtp::ReportBlocks& blocks, base::Instant now);
  void receive_remb(const rtp::Remb& remb, base::Instant now);
  void write_reports(base::Instant now, rtp::RtcpBuilder& builder);
  void write_remb(base::Instant now, rtp::RtcpBuilder& builder);
  std::uint64_t estimate_bps(base::Instant now);
  bool take_traffic();
  // A publisher's video that a REMB can speak of.
  static bool takes_remb(const MediaLine& line) {
    return line.remb && line.receives && !line.source.streams().empty();
  }
  bool wants_remb() const;

  Shard& shard_;
  MediaElement& owner_;
  transport::EgressLine& egress_;
  const std::string cname_;
  MediaLine audio_;
  MediaLine video_;
  std::vector<std::unique_ptr<MediaLine>> further_;
  rtp::ExtensionMap extensions_;  // of what is received; ids mean the same in all m-lines of a bundle
  std::unordered_map<rtp::Ssrc, KnownSsrc> lines_by_ssrc_;
  std::optional<rtp::TransportCcReceiver> transport_cc_;
  std::unique_ptr<SendBandwidth> bandwidth_;  // where the peer reports transport-wide
  bool reduced_size_ = false;
  rtp::RembParams remb_params_;
  ReceiveLimits limits_;
  std::optional<rtp::RembGenerator> remb_;
  base::Instant next_remb_{};
  std::uint64_t last_remb_bps_ = 0;
  // Of all video, at the last estimate.
  std::int64_t packets_before_ = 0;
  std::int64_t lost_before_ = 0;
  rtp::ReportSchedule reports_;
  int quiet_turns_ = 0;
  bool media_received_ = false;  // since the last report
  std::optional<base::Instant> last_received_;
};

}  // namespace kaskado::pipeline
