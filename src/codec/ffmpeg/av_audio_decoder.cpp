#include <algorithm>
#include <array>
#include <utility>

#include "codec/concealment.hpp"
#include "codec/ffmpeg/av_audio.hpp"
#include "codec/ffmpeg/av_memory.hpp"
#include "codec/ffmpeg/av_samples.hpp"

namespace kaskado::codec {
namespace {

const char* decoder_name(CodecId codec) {
  return codec == CodecId::amr_nb ? "amrnb" : codec == CodecId::speex ? "libspeex" : nullptr;
}

class AvAudioDecoder final : public AudioDecoder {
 public:
  AvAudioDecoder(CodecId codec, AudioFormat format)
      : codec_(codec),
        format_(format),
        concealment_(static_cast<std::size_t>(format.sample_rate / 50 * format.channels)) {}

  bool open() {
    const char* const name = decoder_name(codec_);
    const AVCodec* const decoder = name ? avcodec_find_decoder_by_name(name) : nullptr;
    if (!decoder || !allocate(*decoder, context_, frame_, packet_)) return false;
    context_->thread_count = 1;
    context_->sample_rate = format_.sample_rate;
    av_channel_layout_default(&context_->ch_layout, format_.channels);
    return avcodec_open2(context_.get(), decoder, nullptr) == 0;
  }

  AudioFormat format() const override { return format_; }

  base::Result<void> decode(base::Bytes frame, std::vector<std::int16_t>& samples) override {
    const std::size_t before = samples.size();
    base::Result<void> decoded =
        codec_ == CodecId::amr_nb ? decode_amr(frame, samples) : decode_one(frame, samples);
    if (!decoded) {
      samples.resize(before);
      return decoded;
    }
    concealment_.heard(std::span(samples).subspan(before));
    return {};
  }

  void conceal(int samples_per_channel, base::Bytes, std::vector<std::int16_t>& samples) override {
    concealment_.conceal(static_cast<std::size_t>(std::max(samples_per_channel, 0) * format_.channels),
                         samples);
  }

 private:
  // Frames of 20 ms, each behind its ToC byte (RFC 4867 §5.3). Types 8 (comfort noise) and 15 (nothing) hold
  // no speech; what stands for them is what stands for lost frames.
  base::Result<void> decode_amr(base::Bytes frames, std::vector<std::int16_t>& samples) {
    constexpr std::array<std::uint8_t, 16> kBytes = {12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0};
    constexpr int kFirstWithoutSpeech = 8, kComfortNoise = 8, kNoData = 15;
    if (frames.empty()) return base::Error{"AMR: an empty frame"};
    while (!frames.empty()) {
      const int type = frames[0] >> 3 & 15;
      if (type > kComfortNoise && type != kNoData)
        return base::Error{"AMR: a frame of a type that there is not"};
      const std::size_t bytes = 1u + kBytes[static_cast<std::size_t>(type)];
      if (frames.size() < bytes) return base::Error{"AMR: a frame that is cut short"};
      if (type >= kFirstWithoutSpeech) {
        conceal(format_.sample_rate / 50, {}, samples);
      } else if (base::Result<void> decoded = decode_one(frames.first(bytes), samples); !decoded) {
        return decoded;
      }
      frames = frames.subspan(bytes);
    }
    return {};
  }

  base::Result<void> decode_one(base::Bytes frame, std::vector<std::int16_t>& samples) {
    if (!fill(*packet_, frame)) return base::Error{"an empty frame"};
    int code = avcodec_send_packet(context_.get(), packet_.get());
    while (code == 0) {
      code = avcodec_receive_frame(context_.get(), frame_.get());
      if (code != 0) break;
      const bool as_promised = frame_->ch_layout.nb_channels == format_.channels;
      if (!as_promised || !append_samples(*frame_, samples)) code = AVERROR_INVALIDDATA;
      av_frame_unref(frame_.get());
    }
    if (code == AVERROR(EAGAIN)) return {};
    avcodec_flush_buffers(context_.get());
    return av_failure(*context_, code);
  }

  CodecId codec_;
  AudioFormat format_;
  Concealment concealment_;
  AvContext context_;
  AvFrame frame_;
  AvPacket packet_;
};

}  // namespace

int av_sample_rate(CodecId codec, int asked) {
  if (codec == CodecId::amr_nb || asked <= 8000) return 8000;
  return asked <= 16000 ? 16000 : 32000;
}

base::Result<std::unique_ptr<AudioDecoder>> make_av_audio_decoder(CodecId codec, AudioFormat format) {
  const int most_channels = codec == CodecId::speex ? 2 : 1;
  const AudioFormat own{.sample_rate = av_sample_rate(codec, format.sample_rate),
                        .channels = std::clamp(format.channels, 1, most_channels)};
  auto decoder = std::make_unique<AvAudioDecoder>(codec, own);
  if (!decoder->open()) return base::Error{"the installed libavcodec has no decoder for this codec"};
  return std::unique_ptr<AudioDecoder>(std::move(decoder));
}

}  // namespace kaskado::codec
