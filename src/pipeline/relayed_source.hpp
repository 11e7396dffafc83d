// Media that comes in on another shard, as this shard's sinks follow it.
#pragma once

#include <cstddef>
#include <optional>
#include <memory>
#include <vector>

#include "pipeline/pad.hpp"
#include "pipeline/relay_slot.hpp"
#include "pipeline/rtp_feed.hpp"
#include "rtp/relayed_stream.hpp"

namespace kaskado::pipeline {

class RemoteElement;

// Owned by the stand-in of the element that makes the media. Asks for it while somebody here follows, and has
// a history of its own, from which NACKs are answered without the other shard.
class RelayedSource final : public RtpFeed {
 public:
  // Between two wishes for a key frame that go to the other shard, where none has come of the first.
  static constexpr base::Duration kLeastKeyFrameWait = std::chrono::milliseconds{50};
  // Between two of the sinks' smallest REMB.
  static constexpr base::Duration kRembInterval = std::chrono::milliseconds{200};

  // What leaves the element by `pad`.
  RelayedSource(Shard& shard, RemoteElement& element, Pad pad);
  ~RelayedSource() override;

  std::uint32_t relay() const { return relay_; }
  // What has come from the other shard; kept for end_run() where it is a packet.
  void take(RelaySlot& slot);
  void end_run(base::Outbox& outbox);

  // Made where the media is.
  RtpFeed& variant(const Encoding& wanted) override;
  RtpFeed* find_variant(const Encoding& wanted) override;
  std::vector<rtp::SendPayload> payloads_for(const std::vector<MediaFormat>& wanted) const override;
  bool makes_frames() const override { return made_of_frames_; }
  std::span<const FeedLayer> layers() const override { return told_layers_; }
  void request_key_frame(base::Instant now) override;
  void receive_remb(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now) override;

 private:
  // The media of `origin`, encoded `as`.
  RelayedSource(RelayedSource& origin, const Encoding& as);
  // One of the encodings of `origin`.
  RelayedSource(RelayedSource& origin, std::size_t encoding);
  void take_layers(RelaySlot& slot);
  void set_layers(const std::vector<RelaySlot::Layer>& layers);
  void on_attended() override;
  void on_deserted() override;
  std::optional<Origin> made_of() const override;
  void take_packet(RelaySlot& slot);
  void take_stream(RelaySlot& slot);
  void set_flowing(bool flowing);
  // Runs on the other shard, with the element's relay to here, if both are still there.
  template <typename Work>
  void ask(Work work);

  RemoteElement& element_;
  const Pad pad_;
  RelayedSource* const origin_ = nullptr;  // of a variant, and of an encoding
  const std::optional<Encoding> as_;       // likewise
  const std::optional<std::size_t> encoding_;
  const std::uint32_t relay_;
  std::optional<rtp::RelayedStream> stream_;
  std::vector<rtp::MediaPacket> run_;
  bool attended_ = false;
  bool flowing_ = false;
  bool made_of_frames_ = false;
  bool key_frame_at_hand_ = false;
  std::optional<base::Instant> key_frame_asked_;  // and not come since
  base::Instant next_remb_{};
  std::vector<std::unique_ptr<RelayedSource>> variants_;
  std::vector<std::unique_ptr<RelayedSource>> encodings_;
  std::vector<FeedLayer> told_layers_;
};

}  // namespace kaskado::pipeline
