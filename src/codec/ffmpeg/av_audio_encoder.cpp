#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/ffmpeg/av_audio.hpp"
#include "codec/ffmpeg/av_memory.hpp"

namespace kaskado::codec {
namespace {

const AVCodec* find_encoder(CodecId codec) {
  const char* const name = codec == CodecId::amr_nb  ? "libopencore_amrnb"
                           : codec == CodecId::speex ? "libspeex"
                                                     : nullptr;
  return name ? avcodec_find_encoder_by_name(name) : nullptr;
}

class AvAudioEncoder final : public AudioEncoder {
 public:
  AvAudioEncoder(CodecId codec, AudioFormat format) : codec_(codec), format_(format) {}

  bool open(int bitrate_bps) {
    const AVCodec* const encoder = find_encoder(codec_);
    if (!encoder || !allocate(*encoder, context_, frame_, packet_)) return false;
    context_->sample_rate = format_.sample_rate;
    context_->sample_fmt = AV_SAMPLE_FMT_S16;
    context_->bit_rate = bitrate_bps;
    av_channel_layout_default(&context_->ch_layout, format_.channels);
    bitrate_bps_ = bitrate_bps;
    return avcodec_open2(context_.get(), encoder, nullptr) == 0 &&
           context_->frame_size == samples_per_frame();
  }

  AudioFormat format() const override { return format_; }
  int samples_per_frame() const override { return format_.sample_rate / 50; }

  base::Result<void> encode(std::span<const std::int16_t> samples,
                            std::vector<std::uint8_t>& frame) override {
    if (samples.size() != static_cast<std::size_t>(samples_per_frame() * format_.channels))
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
    frame_->format = AV_SAMPLE_FMT_S16;
    frame_->nb_samples = samples_per_frame();
    frame_->sample_rate = format_.sample_rate;
    av_channel_layout_copy(&frame_->ch_layout, &context_->ch_layout);
    if (const int code = av_frame_get_buffer(frame_.get(), 0); code != 0) return code;
    std::memcpy(frame_->data[0], samples.data(), samples.size_bytes());
    frame_->pts = next_sample_;
    next_sample_ += frame_->nb_samples;
    return 0;
  }

  CodecId codec_;
  AudioFormat format_;
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
  const int most_channels = settings.codec == CodecId::speex ? 2 : 1;
  const AudioFormat own{.sample_rate = av_sample_rate(settings.codec, settings.format.sample_rate),
                        .channels = std::clamp(settings.format.channels, 1, most_channels)};
  auto encoder = std::make_unique<AvAudioEncoder>(settings.codec, own);
  if (!encoder->open(settings.bitrate_bps))
    return base::Error{"the installed libavcodec has no encoder for this codec and these settings"};
  return std::unique_ptr<AudioEncoder>(std::move(encoder));
}

}  // namespace kaskado::codec
