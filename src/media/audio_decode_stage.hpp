// From coded sound to raw sound of 48 kHz.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/strand.hpp"
#include "codec/audio_codec.hpp"
#include "codec/encoded_frame.hpp"
#include "media/frame_publisher.hpp"
#include "media/frame_queue.hpp"
#include "media/resampler.hpp"
#include "media/stage_meter.hpp"

namespace kaskado::media {

struct AudioDecodeSettings {
  using MakeDecoder =
      std::function<base::Result<std::unique_ptr<codec::AudioDecoder>>(codec::CodecId, codec::AudioFormat)>;

  std::shared_ptr<base::Strand> strand;
  Clock clock;
  std::size_t most_waiting = 50;
  MakeDecoder make_decoder = &codec::AudioDecoder::create;
};

// Decodes on its strand, whatever codec each frame has, and hands the sound to the sinks there. What was
// lost, or could not be decoded, is made up for; in pauses nothing is handed on. Lives until the last job for
// it has run.
class AudioDecodeStage final : public AudioSource, public std::enable_shared_from_this<AudioDecodeStage> {
  struct Key {};

 public:
  // What is lost for longer is silence.
  static constexpr base::Duration kMostConcealed = std::chrono::milliseconds{200};

  static std::shared_ptr<AudioDecodeStage> create(AudioDecodeSettings settings) {
    return std::make_shared<AudioDecodeStage>(Key{}, std::move(settings));
  }
  AudioDecodeStage(Key, AudioDecodeSettings settings);

  // Any thread; does not wait. When too many wait the oldest is lost.
  void take(codec::EncodedFrame frame);

  void add(std::shared_ptr<AudioSink> sink) override { publisher_.add(std::move(sink)); }
  void remove(const AudioSink* sink) override { publisher_.remove(sink); }
  StageStatistics statistics() const { return meter_.read(); }
  base::Duration input_latency() const { return meter_.input_latency(); }

 private:
  struct Kind {
    codec::CodecId codec = codec::CodecId::opus;
    std::uint32_t clock_rate = 0;
    int channels = 0;
    bool operator==(const Kind&) const = default;
  };

  // All on the strand.
  void decode_next();
  bool prepare(const codec::EncodedFrame& frame);
  base::Duration decode(const codec::EncodedFrame& frame);
  base::Duration conceal_before(const codec::EncodedFrame& frame);
  base::Duration length_of(std::size_t samples) const;
  void publish(const codec::EncodedFrame& frame, base::Instant time);

  AudioDecodeSettings settings_;
  FramePublisher<AudioFrame> publisher_;
  StageMeter meter_;
  FrameQueue<codec::EncodedFrame> queue_;
  std::atomic<bool> dropped_ = false;  // from the queue, before what is in it

  // The strand's.
  std::unique_ptr<codec::AudioDecoder> decoder_;
  std::optional<Kind> kind_;  // that a decoder was made for, or could not be made for
  std::optional<Resampler> resampler_;
  std::optional<std::int64_t> expected_;  // RTP time behind the frame before
  std::vector<std::int16_t> samples_;     // of the frame, as they come from the decoder
  base::Duration held_{};                 // what has gone into the resampler and not come out
};

}  // namespace kaskado::media
