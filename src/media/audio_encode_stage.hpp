// From raw sound to coded sound.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/strand.hpp"
#include "codec/audio_codec.hpp"
#include "codec/encoded_frame.hpp"
#include "media/egress_time.hpp"
#include "media/frame_queue.hpp"
#include "media/sound_line.hpp"
#include "media/stage.hpp"
#include "media/stage_meter.hpp"

namespace kaskado::media {

struct AudioEncodeSettings {
  using Output = std::function<void(codec::EncodedFrame)>;
  using MakeEncoder =
      std::function<base::Result<std::unique_ptr<codec::AudioEncoder>>(const codec::AudioEncoderSettings&)>;

  std::shared_ptr<base::Strand> strand;
  Clock clock;
  codec::AudioEncoderSettings encoder;
  // On the strand. May outlive what it was made for.
  Output output;
  std::size_t most_waiting = 25;
  MakeEncoder make_encoder = &codec::AudioEncoder::create;
};

// Encodes on its strand. Frames of the encoder's length whatever lengths come in; see SoundLine for what becomes of gaps and
// drifting clocks. In pauses nothing is given. Lives until the last job for it has run.
class AudioEncodeStage final : public AudioSink, public std::enable_shared_from_this<AudioEncodeStage> {
  struct Key {};

 public:
  static std::shared_ptr<AudioEncodeStage> create(AudioEncodeSettings settings) {
    return std::make_shared<AudioEncodeStage>(Key{}, std::move(settings));
  }
  AudioEncodeStage(Key, AudioEncodeSettings settings);

  void take(const AudioFrame& frame) override;
  // Any thread; from the next frame on.
  void set_bitrate(int bitrate_bps) { bitrate_bps_ = bitrate_bps; }

  StageStatistics statistics() const { return meter_.read(); }
  base::Duration input_latency() const { return meter_.input_latency(); }

 private:
  // What there is once an encoder is.
  struct Line {
    explicit Line(std::unique_ptr<codec::AudioEncoder> made)
        : encoder(std::move(made)),
          sound(encoder->format().sample_rate, encoder->format().channels),
          time(static_cast<std::uint32_t>(encoder->format().sample_rate)) {}

    std::unique_ptr<codec::AudioEncoder> encoder;
    SoundLine sound;
    EgressTime time;
  };

  // All on the strand.
  void encode_next();
  bool prepare();
  void encode_frame();

  const AudioEncodeSettings settings_;
  StageMeter meter_;
  FrameQueue<AudioFrame> queue_;
  std::atomic<int> bitrate_bps_;

  // The strand's.
  std::optional<Line> line_;
  bool tried_ = false;
  int encoder_bitrate_bps_;
  std::vector<std::int16_t> samples_;  // of the frame that is encoded
};

}  // namespace kaskado::media
