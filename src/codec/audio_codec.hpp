// Decoders and encoders of sound behind one face each. Samples are signed 16 bits, channels interleaved. An object
// belongs to one strand.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/codec_id.hpp"

namespace kaskado::codec {

struct AudioFormat {
  int sample_rate = 48000;
  int channels = 1;
  bool operator==(const AudioFormat&) const = default;
};

class AudioDecoder {
 public:
  static base::Result<std::unique_ptr<AudioDecoder>> create(CodecId codec, AudioFormat format);
  virtual ~AudioDecoder() = default;

  // Of the samples that come out.
  virtual AudioFormat format() const = 0;
  // Appends the frame's samples. An error: nothing was appended, and the frame counts as lost.
  virtual base::Result<void> decode(base::Bytes frame, std::vector<std::int16_t>& samples) = 0;
  // In place of a frame that did not come: appends so many samples a channel of what the codec makes up. `next`
  // is the frame behind the gap where it is there already, else empty: Opus may carry the lost one in it
  // (RFC 6716 §2.1.7).
  virtual void conceal(int samples_per_channel, base::Bytes next, std::vector<std::int16_t>& samples) = 0;
};

struct AudioEncoderSettings {
  CodecId codec = CodecId::opus;
  AudioFormat format;
  int bitrate_bps = 32'000;        // where the codec has a choice
  int expected_loss_percent = 0;   // Opus: how much redundancy is worth sending
};

class AudioEncoder {
 public:
  static bool can_encode(CodecId codec);
  static base::Result<std::unique_ptr<AudioEncoder>> create(const AudioEncoderSettings& settings);
  virtual ~AudioEncoder() = default;

  // Of the samples that it takes; may differ from the settings' where the codec has only one.
  virtual AudioFormat format() const = 0;
  // A frame's length, a channel: 20 ms; of AAC 1024.
  virtual int samples_per_frame() const = 0;
  // By how much of a channel what comes out is behind what goes in: the frame that a call of encode() appends
  // begins so far before the beginning of the samples that the call was given.
  virtual int delay_samples() const { return 0; }
  // `samples` is one frame. Appends nothing to `frame` where there is nothing to send.
  virtual base::Result<void> encode(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& frame) = 0;
  virtual void set_bitrate(int bitrate_bps) = 0;
};

}  // namespace kaskado::codec
