// One encoding of a simulcast m-line (RFC 8853), as viewers follow it.
#pragma once

#include <vector>

#include "pipeline/layer_meter.hpp"
#include "pipeline/rtp_feed.hpp"
#include "rtp/receive_stream.hpp"

namespace kaskado::pipeline {

// Owned by the source whose encoding it is, which also owns the streams.
class SimulcastLayer final : public RtpFeed {
 public:
  SimulcastLayer(RtpFeed& source, const std::vector<MediaFormat>& formats);
  ~SimulcastLayer() override { end(); }

  // The stream that the encoding comes by now, or nullptr.
  void set_stream(rtp::ReceiveStream* stream);
  rtp::ReceiveStream* stream() const { return stream_; }
  // Keeps an accepted packet of its stream for end_run(). `renewed`: the stream began anew with it.
  void take(const rtp::MediaPacket& packet, bool renewed);
  void end_run(base::Outbox& outbox);
  void sender_report_came(const rtp::ReceiveStream& stream) {
    if (&stream == stream_) tell_clock_changed();
  }
  void request_key_frame(base::Instant now) override;
  base::Duration rtt() const override { return source_.rtt(); }

  LayerMeter& meter() { return meter_; }
  const LayerMeter& meter() const { return meter_; }
  using RtpFeed::tell_layers;
  // Those who follow choose anew, before it goes.
  void let_go() { tell_layers({}); }

 private:
  RtpFeed& source_;
  rtp::ReceiveStream* stream_ = nullptr;
  LayerMeter meter_;
  std::vector<rtp::MediaPacket> run_;
  bool key_frame_at_hand_ = false;  // subscribers are about to get the start of one
};

}  // namespace kaskado::pipeline
