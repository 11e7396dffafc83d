extern "C" {
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <utility>

#include "codec/ffmpeg/av_memory.hpp"
#include "codec/ffmpeg/foreign_decoders.hpp"

namespace kaskado::codec {
namespace {

constexpr int kRate = 48'000;

// To 48 kHz, signed 16 bits, interleaved, whatever comes; what it is may change with each frame.
class Conversion {
 public:
  explicit Conversion(int channels) : channels_(channels) {}
  ~Conversion() {
    swr_free(&context_);
    av_channel_layout_uninit(&layout_);
  }
  Conversion(const Conversion&) = delete;

  bool append(const AVFrame& frame, std::vector<std::int16_t>& samples) {
    if (!fits(frame) && !prepare(frame)) return false;
    const int most = swr_get_out_samples(context_, frame.nb_samples);
    if (most < 0) return false;
    const std::size_t before = samples.size();
    samples.resize(before + static_cast<std::size_t>(most) * static_cast<std::size_t>(channels_));
    auto* into = reinterpret_cast<std::uint8_t*>(samples.data() + before);
    const int made = swr_convert(context_, &into, most, const_cast<const std::uint8_t**>(frame.extended_data),
                                 frame.nb_samples);
    samples.resize(before +
                   static_cast<std::size_t>(std::max(made, 0)) * static_cast<std::size_t>(channels_));
    return made >= 0;
  }

 private:
  bool fits(const AVFrame& frame) const {
    return context_ && frame.format == format_ && frame.sample_rate == rate_ &&
           av_channel_layout_compare(&frame.ch_layout, &layout_) == 0;
  }

  bool prepare(const AVFrame& frame) {
    swr_free(&context_);
    if (frame.sample_rate <= 0 || frame.ch_layout.nb_channels <= 0) return false;
    AVChannelLayout from{}, to{};
    av_channel_layout_default(&to, channels_);
    // One that names no places is taken as the usual one of its channels.
    if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
      av_channel_layout_default(&from, frame.ch_layout.nb_channels);
    } else if (av_channel_layout_copy(&from, &frame.ch_layout) != 0) {
      return false;
    }
    const int code =
        swr_alloc_set_opts2(&context_, &to, AV_SAMPLE_FMT_S16, kRate, &from,
                            static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
    av_channel_layout_uninit(&from);
    if (code != 0 || swr_init(context_) != 0) {
      swr_free(&context_);
      return false;
    }
    format_ = frame.format;
    rate_ = frame.sample_rate;
    return av_channel_layout_copy(&layout_, &frame.ch_layout) == 0;
  }

  const int channels_;
  SwrContext* context_ = nullptr;
  AVChannelLayout layout_{};  // as it comes, with the two below
  int format_ = -1;
  int rate_ = 0;
};

class ForeignAudioDecoder final : public AudioDecoder {
 public:
  explicit ForeignAudioDecoder(int channels) : channels_(channels), conversion_(channels) {}

  bool open(const AVCodec& decoder, const ForeignFormat& format) {
    if (!allocate(decoder, context_, frame_, packet_) || !give_extradata(*context_, format.extradata))
      return false;
    context_->thread_count = 1;
    context_->sample_rate = format.sample_rate;
    context_->block_align = format.block_bytes;
    context_->bits_per_coded_sample = format.bits_per_sample;
    context_->bit_rate = format.bitrate_bps;
    if (format.channels > 0) av_channel_layout_default(&context_->ch_layout, format.channels);
    return avcodec_open2(context_.get(), &decoder, nullptr) == 0;
  }

  AudioFormat format() const override { return {.sample_rate = kRate, .channels = channels_}; }

  base::Result<void> decode(base::Bytes frame, std::vector<std::int16_t>& samples) override {
    if (!fill(*packet_, frame)) return base::Error{"an empty frame"};
    const std::size_t before = samples.size();
    int code = avcodec_send_packet(context_.get(), packet_.get());
    while (code == 0) {
      code = avcodec_receive_frame(context_.get(), frame_.get());
      if (code != 0) break;
      if (!conversion_.append(*frame_, samples)) code = AVERROR_INVALIDDATA;
      av_frame_unref(frame_.get());
    }
    if (code == AVERROR(EAGAIN)) return {};
    samples.resize(before);
    avcodec_flush_buffers(context_.get());
    return av_failure(*context_, code);
  }

  void conceal(int samples_per_channel, base::Bytes, std::vector<std::int16_t>& samples) override {
    samples.resize(samples.size() + static_cast<std::size_t>(std::max(samples_per_channel, 0) * channels_));
  }

 private:
  const int channels_;
  Conversion conversion_;
  AvContext context_;
  AvFrame frame_;
  AvPacket packet_;
};

}  // namespace

base::Result<std::unique_ptr<AudioDecoder>> make_foreign_audio_decoder(const ForeignFormat& format) {
  const AVCodec* const decoder = find_foreign_decoder(format.codec, AVMEDIA_TYPE_AUDIO);
  if (!decoder) return base::Error{"the installed libavcodec has no decoder for " + format.codec};
  auto made = std::make_unique<ForeignAudioDecoder>(format.channels == 1 ? 1 : 2);
  if (!made->open(*decoder, format))
    return base::Error{"libavcodec refuses a decoder for this " + format.codec};
  return std::unique_ptr<AudioDecoder>(std::move(made));
}

}  // namespace kaskado::codec
