#include "codec/ffmpeg/av_samples.hpp"

extern "C" {
#include <libavutil/samplefmt.h>
}

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace kaskado::codec {
namespace {

std::int16_t to_s16(float sample) {
  return static_cast<std::int16_t>(std::lround(std::clamp(sample * 32768.0f, -32768.0f, 32767.0f)));
}
std::int16_t to_s16(std::int16_t sample) {
  return sample;
}

template <typename Sample>
void append(const AVFrame& frame, bool planar, std::vector<std::int16_t>& samples) {
  const auto count = static_cast<std::size_t>(frame.nb_samples);
  const auto channels = static_cast<std::size_t>(frame.ch_layout.nb_channels);
  samples.reserve(samples.size() + count * channels);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t channel = 0; channel < channels; ++channel) {
      const auto* const plane = reinterpret_cast<const Sample*>(frame.extended_data[planar ? channel : 0]);
      samples.push_back(to_s16(planar ? plane[i] : plane[i * channels + channel]));
    }
  }
}

}  // namespace

bool append_samples(const AVFrame& frame, std::vector<std::int16_t>& samples) {
  switch (frame.format) {
    case AV_SAMPLE_FMT_S16:
    case AV_SAMPLE_FMT_S16P:
      append<std::int16_t>(frame, frame.format == AV_SAMPLE_FMT_S16P, samples);
      return true;
    case AV_SAMPLE_FMT_FLT:
    case AV_SAMPLE_FMT_FLTP:
      append<float>(frame, frame.format == AV_SAMPLE_FMT_FLTP, samples);
      return true;
    default:
      return false;
  }
}

}  // namespace kaskado::codec
