// Sound without frames of its own comes in blocks as long as the container likes: cut here into pieces of 20
// ms.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "container/track.hpp"

namespace kaskado::container {

class SoundPieces {
 public:
  explicit SoundPieces(const AVCodecParameters& parameters) {
    const std::int64_t bits = av_get_exact_bits_per_sample(parameters.codec_id);
    const std::int64_t sample_bits = bits * parameters.ch_layout.nb_channels;
    if (parameters.codec_type != AVMEDIA_TYPE_AUDIO || sample_bits <= 0 || sample_bits % 8 != 0) return;
    if (parameters.sample_rate <= 0) return;
    sample_rate_ = parameters.sample_rate;
    sample_bytes_ = static_cast<std::size_t>(sample_bits / 8);
    samples_ = static_cast<std::size_t>(std::max(1, parameters.sample_rate / 50));
  }

  bool is_wanted(const TrackFrame& frame) const {
    return sample_bytes_ > 0 && frame.bytes->size() > samples_ * sample_bytes_;
  }
  void begin(TrackFrame frame) {
    whole_ = std::move(frame);
    taken_ = 0;
  }
  std::optional<TrackFrame> next() {
    if (!whole_.bytes) return std::nullopt;
    const base::Bytes rest = base::Bytes(*whole_.bytes).subspan(taken_);
    const std::size_t bytes = std::min(rest.size() / sample_bytes_, samples_) * sample_bytes_;
    if (bytes == 0) {
      whole_.bytes.reset();
      return std::nullopt;
    }
    TrackFrame piece = whole_;
    piece.bytes = std::make_shared<const std::vector<std::uint8_t>>(
        rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(bytes));
    piece.time += length_of(taken_);
    piece.decode_time += length_of(taken_);
    piece.duration = length_of(bytes);
    taken_ += bytes;
    return piece;
  }
  void forget() { whole_.bytes.reset(); }

 private:
  base::Duration length_of(std::size_t bytes) const {
    return base::Duration{static_cast<std::int64_t>(bytes / sample_bytes_) * 1'000'000'000 / sample_rate_};
  }

  std::size_t sample_bytes_ = 0;  // of all channels; 0: it has frames
  std::size_t samples_ = 0;       // of a piece, a channel
  std::int64_t sample_rate_ = 0;
  TrackFrame whole_;  // without bytes where nothing is left
  std::size_t taken_ = 0;
};

}  // namespace kaskado::container
