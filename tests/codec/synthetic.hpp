// Pictures and sounds that tests encode, and how near to them what was decoded comes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

#include "codec/picture.hpp"
#include "codec/video_codec.hpp"

namespace kaskado::codec {

using ByteVector = std::vector<std::uint8_t>;

constexpr int triangle(int at, int period) {
  at = (at % period + period) % period;
  return at < period / 2 ? at : period - at;
}

// Gradients that move, and a chequered square that moves the other way. tests/codec/data/make.py has the same
// one.
inline void draw_pattern(Picture& picture, int number) {
  const auto wrapped = [](int at, int period) { return (at % period + period) % period; };
  for (int row = 0; row < picture.height(); ++row) {
    for (int column = 0; column < picture.width(); ++column) {
      int luma = 32 + triangle(column + 2 * number, 128) + triangle(row + number, 96);
      const int shifted = column - 3 * number;
      if (wrapped(shifted, 160) < 48 && row % 120 < 48 && ((shifted >> 3) + row / 8) & 1) luma += 64;
      picture.y()[row * picture.stride_y() + column] = static_cast<std::uint8_t>(luma);
    }
  }
  for (int row = 0; row < picture.chroma_height(); ++row) {
    for (int column = 0; column < picture.chroma_width(); ++column) {
      picture.u()[row * picture.stride_uv() + column] =
          static_cast<std::uint8_t>(96 + triangle(column + number, 128));
      picture.v()[row * picture.stride_uv() + column] =
          static_cast<std::uint8_t>(96 + triangle(row + 2 * number, 128));
    }
  }
}

// Of all three planes, over what both pictures have (H264 leaves out odd columns and rows), in dB.
inline double psnr(const Picture& a, const Picture& b) {
  double squares = 0, count = 0;
  const auto add = [&](const std::uint8_t* x, int x_stride, const std::uint8_t* y, int y_stride, int width,
                       int height) {
    for (int row = 0; row < height; ++row)
      for (int column = 0; column < width; ++column) {
        const int difference = x[row * x_stride + column] - y[row * y_stride + column];
        squares += difference * difference;
      }
    count += double{1} * width * height;
  };
  const int width = std::min(a.width(), b.width()), height = std::min(a.height(), b.height());
  const int chroma_width = std::min(a.chroma_width(), b.chroma_width());
  const int chroma_height = std::min(a.chroma_height(), b.chroma_height());
  add(a.y(), a.stride_y(), b.y(), b.stride_y(), width, height);
  add(a.u(), a.stride_uv(), b.u(), b.stride_uv(), chroma_width, chroma_height);
  add(a.v(), a.stride_uv(), b.v(), b.stride_uv(), chroma_width, chroma_height);
  if (squares == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(255.0 * 255.0 * count / squares);
}

// `count` samples of a sine, from the sample numbered `from` on.
inline std::vector<std::int16_t> sine(double hertz, int sample_rate, int from, int count, int channels = 1,
                                      double loudness = 8000) {
  std::vector<std::int16_t> samples;
  for (int i = from; i < from + count; ++i) {
    const double angle = 2 * std::numbers::pi * hertz * i / sample_rate;
    for (int channel = 0; channel < channels; ++channel)
      samples.push_back(static_cast<std::int16_t>(std::lround(loudness * std::sin(angle))));
  }
  return samples;
}

// Something like a voice, at 48 kHz: a tone with harmonics whose pitch and loudness go up and down.
inline std::vector<std::int16_t> voice(int from, int count) {
  constexpr double kTurn = 2 * std::numbers::pi;
  std::vector<std::int16_t> samples;
  for (int i = from; i < from + count; ++i) {
    const double t = i / 48000.0;
    const double phase = kTurn * (150 * t + 8 * std::sin(kTurn * 1.3 * t));
    double sample = 0;
    for (int harmonic = 1; harmonic < 12; ++harmonic) sample += std::sin(harmonic * phase) / harmonic;
    samples.push_back(static_cast<std::int16_t>(5000 * sample * (0.6 + 0.4 * std::sin(kTurn * 2.7 * t))));
  }
  return samples;
}

inline double energy(std::span<const std::int16_t> samples) {
  double sum = 0;
  for (const std::int16_t sample : samples) sum += double{1} * sample * sample;
  return sum;
}

// How much of `heard` is the tone: the energy of its part at that frequency over the energy of the rest, in
// dB. Blind to the delay that codecs have.
inline double tone_to_noise(std::span<const std::int16_t> heard, double hertz, int sample_rate,
                            int channels = 1) {
  double in_phase = 0, quadrature = 0, all = 0;
  const std::size_t count = heard.size() / static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < count; ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / sample_rate;
    const double sample = heard[i * static_cast<std::size_t>(channels)];
    in_phase += sample * std::cos(angle);
    quadrature += sample * std::sin(angle);
    all += sample * sample;
  }
  const double tone = 2 * (in_phase * in_phase + quadrature * quadrature) / static_cast<double>(count);
  return 10 * std::log10(tone / std::max(all - tone, 1e-9));
}

}  // namespace kaskado::codec
