// Where media of one type comes into a recorder: as coded frames, in a codec that its container holds.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/mean_duration.hpp"
#include "pipeline/frame_tap.hpp"
#include "pipeline/media_input.hpp"

namespace kaskado::elements {

// Owned by the recorder. Follows its origin only while that records.
class RecorderInput final : public pipeline::MediaInput, private pipeline::FrameTap {
 public:
  using OnFrame = std::function<void(codec::EncodedFrame)>;

  // `codecs` are those that may come; others are encoded as the first of them.
  RecorderInput(pipeline::Shard& shard, std::vector<codec::CodecId> codecs, OnFrame on_frame);
  ~RecorderInput() override;

  void bind(pipeline::RtpFeed* origin) override;
  std::optional<base::Duration> latency() const override { return latency_.value(); }

  bool is_bound() const { return origin_ != nullptr; }
  void start();
  void stop();
  // The recording has a track of this codec: from now on nothing else is of use.
  void keep_to(codec::CodecId codec);
  void request_key_frame() { FrameTap::request_key_frame(); }

 private:
  void take(codec::EncodedFrame frame) override;
  void on_source_changed() override { choose(); }
  void feed_gone() override { bind(nullptr); }
  void choose();
  pipeline::RtpFeed& feed_for(pipeline::RtpFeed& origin) const;

  const std::vector<codec::CodecId> codecs_;
  const OnFrame on_frame_;
  pipeline::RtpFeed* origin_ = nullptr;
  bool started_ = false;
  std::optional<codec::CodecId> kept_;
  base::MeanDuration latency_;
};

}  // namespace kaskado::elements
