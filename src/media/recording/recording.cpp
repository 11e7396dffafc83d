#include "media/recording/recording.hpp"

#include <algorithm>
#include <utility>

#include "media/recording/track_of.hpp"

namespace kaskado::media {

namespace {

// What is shorter is no gap, but how media comes.
constexpr base::Duration kLeastGap = std::chrono::milliseconds{200};
constexpr base::Duration kLeastSilence = std::chrono::milliseconds{60};
constexpr base::Duration kSilentFrame = std::chrono::milliseconds{20};
constexpr base::Duration kMostSilence = std::chrono::minutes{10};

// 20 ms that decode to silence: an Opus packet of one CELT frame (RFC 6716 §3.1, §4.3: the first bit says
// silence), and G.711's zeros. Nothing of other codecs.
codec::SharedBytes silence_of(const codec::EncodedFrame& like) {
  constexpr std::size_t kG711Octets = 160;
  const std::uint8_t stereo = like.channels > 1 ? 4 : 0;
  switch (like.codec) {
    case codec::CodecId::opus:
      return std::make_shared<const std::vector<std::uint8_t>>(
          std::initializer_list<std::uint8_t>{static_cast<std::uint8_t>(0xf8 | stereo), 0xff, 0xfe});
    case codec::CodecId::pcmu:
      return std::make_shared<const std::vector<std::uint8_t>>(kG711Octets, 0xff);
    case codec::CodecId::pcma:
      return std::make_shared<const std::vector<std::uint8_t>>(kG711Octets, 0xd5);
    default:
      return nullptr;
  }
}

}  // namespace

base::Result<void> Recording::take(const RecordedFrame& recorded) {
  if (!is_usable(recorded.frame)) {
    ++statistics_.left_out_frames;
    return {};
  }
  return muxer_ ? write(recorded) : wait(recorded);
}

bool Recording::is_usable(const codec::EncodedFrame& frame) {
  if (frame.span().empty()) return false;
  OwnTrack& own = track(codec::is_video(frame.codec));
  if (own.known && own.known->id != frame.codec) return false;
  if (muxer_ && !own.index) return false;
  if (!own.known) own.known = track_of(frame);
  if (!own.known) return false;
  if (own.needs_key_frame && !frame.key_frame) return false;
  own.needs_key_frame = false;
  return true;
}

bool Recording::is_complete() const {
  return (tracks_[0].known || !expected_.video) && (tracks_[1].known || !expected_.audio);
}

base::Result<void> Recording::wait(const RecordedFrame& recorded) {
  waiting_.push_back(recorded);
  waiting_bytes_ += recorded.frame.span().size();
  const bool long_enough = recorded.time - waiting_.front().time >= settings_.most_waiting;
  return is_complete() || long_enough || waiting_bytes_ > settings_.most_waiting_bytes ? begin()
                                                                                       : base::Result<void>{};
}

base::Result<void> Recording::begin() {
  container::MuxerSettings muxer{.format = settings_.format, .tracks = {}};
  for (OwnTrack& own : tracks_) {
    if (!own.known) continue;
    own.index = muxer.tracks.size();
    muxer.tracks.push_back(*own.known);
  }
  auto made = settings_.make_muxer(std::move(muxer));
  if (!made) return std::move(made).error();
  muxer_ = std::move(*made);
  std::vector<RecordedFrame> first = std::exchange(waiting_, {});
  std::ranges::stable_sort(first, {}, &RecordedFrame::time);
  origin_ = first.front().time;
  for (const RecordedFrame& recorded : first) {
    if (auto written = write(recorded); !written) return written;
  }
  return {};
}

base::Result<void> Recording::write(const RecordedFrame& recorded) {
  const bool video = codec::is_video(recorded.frame.codec);
  if (settings_.gaps_fix == GapsFix::generate_times) close_gap(recorded.time);
  const base::Duration time = recorded.time - origin_;
  const std::size_t index = *track(video).index;
  return video ? write_picture(recorded.frame, time, index) : write_sound(recorded.frame, time, index);
}

// Both kinds go on together, so that they stay together.
void Recording::close_gap(base::Duration time) {
  const base::Duration gap = time - origin_ - statistics_.length;
  if (statistics_.written_frames > 0 && gap > kLeastGap) origin_ += gap;
}

base::Result<void> Recording::write_sound(const codec::EncodedFrame& frame, base::Duration time,
                                          std::size_t index) {
  if (settings_.gaps_fix == GapsFix::fill_with_silence) {
    if (auto filled = write_silence(frame, time, index); !filled) return filled;
  }
  const auto placed = sound_.place(std::max(time, base::Duration{}), frame.duration);
  if (!placed) {
    ++statistics_.left_out_frames;
    return {};
  }
  return put({.track = index,
              .bytes = frame.bytes,
              .time = *placed,
              .decode_time = *placed,
              .duration = frame.duration,
              .key_frame = true});
}

base::Result<void> Recording::write_silence(const codec::EncodedFrame& like, base::Duration until,
                                            std::size_t index) {
  const auto begin = sound_.expected();
  if (!begin || until - *begin < kLeastSilence || until - *begin > kMostSilence) return {};
  const codec::SharedBytes silence = silence_of(like);
  while (silence && *sound_.expected() + kSilentFrame <= until) {
    const auto placed = sound_.place(*sound_.expected(), kSilentFrame);
    if (!placed) return {};
    const auto written = put({.track = index,
                              .bytes = silence,
                              .time = *placed,
                              .decode_time = *placed,
                              .duration = kSilentFrame,
                              .key_frame = true});
    if (!written) return written;
  }
  return {};
}

base::Result<void> Recording::write_picture(const codec::EncodedFrame& frame, base::Duration time,
                                            std::size_t index) {
  const PictureClock::Placed placed = pictures_.place(time, frame.key_frame);
  return put({.track = index,
              .bytes = frame.bytes,
              .time = placed.time,
              .decode_time = placed.decode_time,
              .duration = placed.duration,
              .key_frame = frame.key_frame});
}

base::Result<void> Recording::put(const container::TrackFrame& frame) {
  ++statistics_.written_frames;
  statistics_.length = std::max(statistics_.length, frame.time + frame.duration);
  return muxer_->write(frame);
}

base::Result<void> Recording::finish() {
  if (!muxer_ && !waiting_.empty()) {
    if (auto begun = begin(); !begun) return begun;
  }
  return muxer_ ? muxer_->finish() : base::Result<void>{};
}

}  // namespace kaskado::media
