#include "codec/ffmpeg/aac_encoder.hpp"

#include <algorithm>
#include <utility>

#include "codec/ffmpeg/av_memory.hpp"

namespace kaskado::codec {
namespace {

constexpr int kSamplesPerFrame = 1024;

class AacEncoder final : public AudioEncoder {
 public:
  explicit AacEncoder(AudioFormat format) : format_(format) {}

  bool open(int bitrate_bps) {
    const AVCodec* const encoder = avcodec_find_encoder_by_name("aac");
    if (!encoder || !allocate(*encoder, context_, frame_, packet_)) return false;
    context_->sample_rate = format_.sample_rate;
    context_->sample_fmt = AV_SAMPLE_FMT_FLTP;
    context_->bit_rate = bitrate_bps;
    context_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_channel_layout_default(&context_->ch_layout, format_.channels);
    bitrate_bps_ = bitrate_bps;
    return avcodec_open2(context_.get(), encoder, nullptr) == 0 && context_->frame_size == kSamplesPerFrame;
  }

  AudioFormat format() const override { return format_; }
  int samples_per_frame() const override { return kSamplesPerFrame; }
  // One frame that overlaps with the next, and one that the encoder looks ahead to.
  int delay_samples() const override { return 2 * kSamplesPerFrame; }

  base::Result<void> encode(std::span<const std::int16_t> samples,
                            std::vector<std::uint8_t>& frame) override {
    if (samples.size() != static_cast<std::size_t>(kSamplesPerFrame * format_.channels))
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

  void set_bitrate(int bitrate_bps) override {
    if (bitrate_bps == bitrate_bps_) return;
    const int before = bitrate_bps_;
    if (!open(bitrate_bps)) open(before);
  }

 private:
  int wrap(std::span<const std::int16_t> samples) {
    av_frame_unref(frame_.get());
    frame_->format = AV_SAMPLE_FMT_FLTP;
    frame_->nb_samples = kSamplesPerFrame;
    frame_->sample_rate = format_.sample_rate;
    av_channel_layout_copy(&frame_->ch_layout, &context_->ch_layout);
    if (const int code = av_frame_get_buffer(frame_.get(), 0); code != 0) return code;
    const auto channels = static_cast<std::size_t>(format_.channels);
    for (std::size_t channel = 0; channel < channels; ++channel) {
      auto* const plane = reinterpret_cast<float*>(frame_->extended_data[channel]);
      for (std::size_t i = 0; i < kSamplesPerFrame; ++i)
        plane[i] = static_cast<float>(samples[i * channels + channel]) / 32768;
    }
    frame_->pts = next_sample_;
    next_sample_ += kSamplesPerFrame;
    return 0;
  }

  AudioFormat format_;
  AvContext context_;
  AvFrame frame_;
  AvPacket packet_;
  std::int64_t next_sample_ = 0;
  int bitrate_bps_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<AudioEncoder>> make_aac_encoder(const AudioEncoderSettings& settings) {
  auto encoder = std::make_unique<AacEncoder>(AudioFormat{
      .sample_rate = settings.format.sample_rate, .channels = std::clamp(settings.format.channels, 1, 2)});
  if (!encoder->open(settings.bitrate_bps))
    return base::Error{"the installed libavcodec has no AAC encoder for these settings"};
  return std::unique_ptr<AudioEncoder>(std::move(encoder));
}

}  // namespace kaskado::codec
