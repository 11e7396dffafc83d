#include "media/mixing/audio_input.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "media/mixing/block_stretcher.hpp"
#include "media/mixing/mixing_delay.hpp"

namespace kaskado::media {

void AudioInput::start_stream(int channels) {
  ring_.reset(channels);
  segments_.clear();
  read_ = ring_.end();
  playing_ = false;
  // What is heard of another number of channels ends here.
  output_.fill(0);
  seam_.end();
  heard_ = false;
}

void AudioInput::add_to_segment(const AudioFrame& frame) {
  if (!segments_.empty()) {
    Segment& last = segments_[segments_.size() - 1];
    const base::Duration deviation = frame.time - (last.time + to_duration(ring_.end() - last.start));
    if (segments_.full() || (deviation < kMaxDeviation && deviation > -kMaxDeviation)) {
      last.time += deviation / kSmoothing;
      return;
    }
  }
  segments_.push({ring_.end(), frame.time});
}

void AudioInput::take(const AudioFrame& frame) {
  if (frame.channels < 1 || frame.channels > kMaxChannels) return;
  const int count = frame.samples_per_channel();
  if (count < 1 || count > kMaxFrameSamples) return;
  if (frame.channels != ring_.channels()) start_stream(frame.channels);
  const int room = SampleRing::kCapacity - kStretchBefore - queued();
  if (count > room) {
    skip(count - room);
    left_out_ = true;
  }
  add_to_segment(frame);
  ring_.append(
      {frame.samples->data(), static_cast<std::size_t>(count) * static_cast<std::size_t>(frame.channels)});
  note_travel(frame.arrived - frame.time);
}

void AudioInput::note_travel(base::Duration travel) {
  travel_ = travel;
  const bool first = window_.frames++ == 0;
  window_.shortest_travel = first ? travel : std::min(window_.shortest_travel, travel);
  window_.longest_travel = first ? travel : std::max(window_.longest_travel, travel);
}

void AudioInput::drop_finished_segments() {
  while (segments_.size() > 1 && segments_[1].start <= read_) segments_.pop();
}

void AudioInput::skip(std::int64_t samples) {
  read_ += samples;
  drop_finished_segments();
}

base::Instant AudioInput::time_of_next() const {
  return segments_[0].time + to_duration(read_ - segments_[0].start);
}

// By how many samples the next one is late; less than 0: early.
std::int64_t AudioInput::lateness(base::Instant due) const {
  return to_samples(due - time_of_next()) - shift_;
}

// Of the segment that is being played.
int AudioInput::available() const {
  return static_cast<int>((segments_.size() > 1 ? segments_[1].start : ring_.end()) - read_);
}

std::span<std::int16_t> AudioInput::block_part(int position, int count) {
  const auto channels = static_cast<std::size_t>(ring_.channels());
  return std::span(output_).subspan(static_cast<std::size_t>(Seam::kSamples + position) * channels,
                                    static_cast<std::size_t>(count) * channels);
}

void AudioInput::begin_seam(int position) {
  seam_.begin(block_part(position - Seam::kSamples, Seam::kSamples), ring_.channels());
}

void AudioInput::write_silence(int position, int count) {
  const auto part = block_part(position, count);
  std::ranges::fill(part, std::int16_t{0});
  seam_.apply(part, ring_.channels());
}

// Where playing is so far from its time that stretching would take long, or too much waits.
void AudioInput::resync(base::Instant due) {
  if (available() == 0) return;  // play() goes on from here
  const std::int64_t late = lateness(due);
  std::int64_t left_out = 0;
  if (late > kMaxLateness) {
    left_out = std::clamp<std::int64_t>(queued() - kBlockSamples, 0, late);
    shift_ += late - left_out;
  } else if (late < -kMaxLateness) {
    shift_ += late;
  }
  if (queued() - left_out > kMaxQueuedSamples) {
    const std::int64_t too_many = queued() - left_out - kMaxLateness;
    left_out += too_many;
    shift_ -= too_many;
  }
  if (left_out == 0) return;
  begin_seam(0);
  skip(left_out);
}

int AudioInput::choose_stretch(base::Instant due) {
  const std::int64_t late = lateness(due);
  in_time_ = std::abs(late) <= 2 * kStretchFrom;
  stretching_ = std::abs(late) > (stretching_ ? kStretchUntil : kStretchFrom);
  if (!stretching_) return 0;
  const auto samples =
      static_cast<int>(std::clamp<std::int64_t>(std::abs(late) / kStretchFrom, 1, kUsualStretch));
  if (late > 0) return samples;
  // The filter needs some samples behind the block, which are to be had by reading fewer: or what has nothing
  // left could not be slowed down.
  return std::max(std::min(-samples, available() - kStretchAfter - kBlockSamples), -kMaxStretch);
}

bool AudioInput::stretch_block(base::Instant due) {
  const int consumed = kBlockSamples + choose_stretch(due);
  if (consumed == kBlockSamples || !seam_.done() || available() < consumed + kStretchAfter ||
      read_ - segments_[0].start < kStretchBefore)
    return false;
  std::array<std::int16_t, kStretchBefore + kBlockSamples + kMaxStretch + kStretchAfter + 1> in;
  const auto part = block_part(0, kBlockSamples);
  for (int channel = 0; channel < ring_.channels(); ++channel) {
    ring_.copy_channel(read_ - kStretchBefore, kStretchBefore + consumed + kStretchAfter, channel, in.data());
    stretch(in.data() + kStretchBefore, consumed, part.data() + channel, ring_.channels());
  }
  read_ += consumed;
  return true;
}

// The three below return how many samples they wrote.
int AudioInput::play(int position) {
  const int count = std::min(available(), kBlockSamples - position);
  if (count == 0) {
    begin_seam(position);
    playing_ = false;
    window_.blocks = 0;
    underruns_ += queued() == 0;
    return 0;
  }
  const auto part = block_part(position, count);
  ring_.copy(read_, count, part.data());
  seam_.apply(part, ring_.channels());
  read_ += count;
  return count;
}

void AudioInput::make_up_for(std::int64_t late) {
  const std::int64_t later = std::clamp<std::int64_t>(kMaxShiftSamples - shift_, 0, late);
  shift_ += later;
  if (later > 0) shift_ += kCushion;
  const std::int64_t left_out = std::clamp<std::int64_t>(queued() - kBlockSamples, 0, late - later);
  skip(left_out);
  shift_ += late - later - left_out;
}

int AudioInput::wait(base::Instant due, int position) {
  drop_finished_segments();
  const int room = kBlockSamples - position;
  if (queued() == 0) return write_silence(position, room), room;
  const std::int64_t late = lateness(due + to_duration(position));
  if (late > kStretchFrom) return make_up_for(late), 0;
  if (-late > kMaxQueuedSamples) return shift_ += late, 0;
  if (late < 0) {
    const int count = static_cast<int>(std::min<std::int64_t>(-late, room));
    return write_silence(position, count), count;
  }
  begin_seam(position);
  playing_ = true;
  return 0;
}

// So that frames that take as long as those of the last second are there when their first sample is due: the
// block it is in begins up to a block's duration before that.
std::int64_t AudioInput::needed_shift() const {
  if (window_.frames == 0) return shift_;
  const std::int64_t shortest = to_samples(window_.shortest_travel);
  const std::int64_t jitter = to_samples(window_.longest_travel) - shortest;
  return shortest + std::min<std::int64_t>(jitter, kMaxShiftSamples) + kBlockSamples + kLeastMargin -
         to_samples(kMixingDelay);
}

void AudioInput::adapt_shift() {
  const int margin = queued();
  window_.least_margin = window_.blocks == 0 ? margin : std::min(window_.least_margin, margin);
  if (++window_.blocks < kWindowBlocks) return;
  const std::int64_t needed = needed_shift();
  const int least = window_.least_margin;
  window_ = {};
  if (least > kMostMargin) {
    shift_ -= least - kMostMargin;
  } else if (needed > shift_) {
    shift_ += std::min<std::int64_t>(needed - shift_, kCushion);
  } else if (least < kLeastMargin && in_time_ && shift_ < kMaxShiftSamples) {
    shift_ += kLeastMargin;
  } else if (shift_ > 0 && shift_ > needed + kLeastMargin && least > kEnoughMargin) {
    shift_ -= std::min<std::int64_t>(shift_, kShiftStep);
  } else if (shift_ < 0 && least < kSmallMargin) {
    shift_ += std::min<std::int64_t>(-shift_, kShiftStep);
  }
}

AudioInputBlock AudioInput::finish_block(base::Instant arrived) {
  const auto block = block_part(0, kBlockSamples);
  int least = 0, most = 0;
  std::int64_t energy = 0;
  for (const std::int16_t sample : block) {
    least = std::min<int>(least, sample);
    most = std::max<int>(most, sample);
    energy += sample * sample;
  }
  heard_ = least != 0 || most != 0;
  if (most <= kSilentPeak && least >= -kSilentPeak) return {};
  return {block, static_cast<double>(energy), arrived};
}

AudioInputBlock AudioInput::next(base::Instant due) {
  if (!playing_ && !heard_ && queued() == 0) return {};
  std::ranges::copy(block_part(kBlockSamples - Seam::kSamples, Seam::kSamples), output_.begin());
  if (std::exchange(left_out_, false) && playing_) begin_seam(0);
  if (playing_) resync(due);
  const base::Instant arrived = queued() > 0 ? time_of_next() + travel_ : due;
  if (!playing_ || !stretch_block(due))
    for (int position = 0; position < kBlockSamples;)
      position += playing_ ? play(position) : wait(due, position);
  if (playing_) adapt_shift();
  return finish_block(arrived);
}

}  // namespace kaskado::media
