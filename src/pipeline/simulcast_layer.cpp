#include "pipeline/simulcast_layer.hpp"

#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

SimulcastLayer::SimulcastLayer(RtpFeed& source, const std::vector<MediaFormat>& formats)
    : RtpFeed(source.shard(), source.owner(), source.type()), source_(source) {
  set_formats(formats);
}

void SimulcastLayer::set_stream(rtp::ReceiveStream* stream) {
  if (stream == stream_) return;
  run_.clear();
  stream_ = stream;
  meter_ = {};
  if (!stream) follow(nullptr);  // else from its first packet on, which may start a key frame
}

void SimulcastLayer::take(const rtp::MediaPacket& packet, bool renewed) {
  const bool turned = take_payload(packet.header.payload_type);
  if (renewed || turned || followed() != stream_) {
    // What came of the former one goes out before nobody follows it any more.
    end_run(shard().outbox());
    key_frame_at_hand_ = packet.starts_key_frame;
    follow(stream_);
    key_frame_at_hand_ = false;
  }
  if (is_followed()) run_.push_back(packet);
}

void SimulcastLayer::end_run(base::Outbox& outbox) {
  if (run_.empty()) return;
  note_latency(shard().now() - run_.back().packet->arrived);
  hand_on(run_, outbox);
  run_.clear();
}

void SimulcastLayer::request_key_frame(base::Instant now) {
  if (stream_ && !key_frame_at_hand_) stream_->request_key_frame(now);
}

}  // namespace kaskado::pipeline
