#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/ffmpeg/av_audio.hpp"
#include "codec/ffmpeg/av_memory.hpp"

namespace kaskado::codec {
namespace {

// What libavcodec's encoder of a codec is, and works in.
struct Coding {
  const AVCodec* encoder = nullptr;
  AudioFormat format;
  int samples_per_frame = 0;
  int delay_samples = 0;
  AVSampleFormat samples = AV_SAMPLE_FMT_S16;
  int flags = 0;
};

const AVCodec* find_encoder(CodecId codec) {
  const char* const name = codec == CodecId::amr_nb  ? "libopencore_amrnb"
                           : codec == CodecId::speex ? "libspeex"
                           : codec == CodecId::aac   ? "aac"
                                                     : nullptr;
  return name ? avcodec_find_encoder_by_name(name) : nullptr;
}

Coding coding_of(CodecId codec, const AudioFormat& asked) {
  Coding coding{.encoder = find_encoder(codec),
                .format = {.sample_rate = av_sample_rate(codec, asked.sample_rate),
                           .channels = std::clamp(asked.channels, 1, codec == CodecId::amr_nb ? 1 : 2)}};
  coding.samples_per_frame = coding.format.sample_rate / 50;
  if (codec == CodecId::aac) {
    coding.format.sample_rate = asked.sample_rate;
    coding.samples_per_frame = 1024;
    // One frame that overlaps with the next, and one that the encoder looks ahead to.
    coding.delay_samples = 2 * coding.samples_per_frame;
    coding.samples = AV_SAMPLE_FMT_FLTP;
    coding.flags = AV_CODEC_FLAG_GLOBAL_HEADER;
  }
  return coding;
}

class AvAudioEncoder final : public AudioEncoder {
 public:
  explicit AvAudioEncoder(const Coding& coding) : coding_(coding) {}

  bool open(int bitrate_bps) {
    if (!coding_.encoder || !allocate(*coding_.encoder, context_, frame_, packet_)) return false;
    context_->sample_rate = coding_.format.sample_rate;
    context_->sample_fmt = coding_.samples;
    context_->bit_rate = bitrate_bps;
    context_->flags |= coding_.flags;
    av_channel_layout_default(&context_->ch_layout, coding_.format.channels);
    bitrate_bps_ = bitrate_bps;
    return avcodec_open2(context_.get(), coding_.encoder, nullptr) == 0 &&
           context_->frame_size == samples_per_frame();
  }

  AudioFormat format() const override { return coding_.format; }
  int samples_per_frame() const override { return coding_.samples_per_frame; }
  int delay_samples() const override { return coding_.delay_samples; }

  base::Result<void> encode(std::span<const std::int16_t> samples,
                            std::vector<std::uint8_t>& frame) override {
    if (samples.size() != static_cast<std::size_t>(samples_per_frame() * coding_.format.channels))
      return base::Error{"not a frame's number of samples"};
    int code = wrap(samples);
    if (code == 0) code = avcodec_send_frame(context_.get(), frame_.get());
    while (code == 0) {
      code = avcodec_receive_packet(context_.get(), packet_.get());
      if (code == 0) frame.insert(frame.end(), packet_->data, packet_->data + packet_->size);
    }
    if (code == AVERROR(EAGAIN)) return {};
    return av_failure(*context_, code);
  }

  // libavcodec cannot change it, but sound has no key frame that a new encoder would cost. One that it does
  // not take leaves the encoder as it is.
  void set_bitrate(int bitrate_bps) override {
    if (bitrate_bps == bitrate_bps_) return;
    const int before = bitrate_bps_;
    if (!open(bitrate_bps)) open(before);
  }

 private:
  int wrap(std::span<const std::int16_t> samples) {
    av_frame_unref(frame_.get());
    frame_->format = coding_.samples;
    frame_->nb_samples = samples_per_frame();
    frame_->sample_rate = coding_.format.sample_rate;
    av_channel_layout_copy(&frame_->ch_layout, &context_->ch_layout);
    if (const int code = av_frame_get_buffer(frame_.get(), 0); code != 0) return code;
    if (coding_.samples == AV_SAMPLE_FMT_FLTP) {
      fill_planes(samples);
    } else {
      std::memcpy(frame_->data[0], samples.data(), samples.size_bytes());
    }
    frame_->pts = next_sample_;
    next_sample_ += frame_->nb_samples;
    return 0;
  }

  void fill_planes(std::span<const std::int16_t> samples) {
    const auto channels = static_cast<std::size_t>(coding_.format.channels);
    const auto count = static_cast<std::size_t>(samples_per_frame());
    for (std::size_t channel = 0; channel < channels; ++channel) {
      auto* const plane = reinterpret_cast<float*>(frame_->extended_data[channel]);
      for (std::size_t i = 0; i < count; ++i) plane[i] = static_cast<float>(samples[i * channels + channel]) / 32768;
    }
  }

  const Coding coding_;
  AvContext context_;
  AvFrame frame_;
  AvPacket packet_;
  std::int64_t next_sample_ = 0;
  int bitrate_bps_ = 0;
};

}  // namespace

bool av_can_encode_audio(CodecId codec) {
  return find_encoder(codec) != nullptr;
}

base::Result<std::unique_ptr<AudioEncoder>> make_av_audio_encoder(const AudioEncoderSettings& settings) {
  auto encoder = std::make_unique<AvAudioEncoder>(coding_of(settings.codec, settings.format));
  if (!encoder->open(settings.bitrate_bps))
    return base::Error{"the installed libavcodec has no encoder for this codec and these settings"};
  return std::unique_ptr<AudioEncoder>(std::move(encoder));
}

}  // namespace kaskado::codec
