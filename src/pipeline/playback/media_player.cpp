#include "pipeline/playback/media_player.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

MediaPlayer::MediaPlayer(Shard& shard, FeedOwner& owner, Listener& listener, MediaPlayerSettings settings)
    : Timed(shard.timed()),
      shard_(shard),
      owner_(owner),
      listener_(listener),
      settings_(std::move(settings)),
      live_clock_(settings_.network_cache) {}

MediaPlayer::~MediaPlayer() {
  close();
}

void MediaPlayer::play() {
  clock_.resume(now());
  if (!reader_ && reopen_at_ == base::kNever) open();
  reschedule();
}

// What is live goes on meanwhile: it is let go, unplayed.
void MediaPlayer::pause() {
  clock_.pause(now());
  if (!reader_ && reopen_at_ == base::kNever) open();
  stop_flows();
  reschedule();
}

void MediaPlayer::stop() {
  close();
  last_position_ = {};
  clock_.resume(now());
  reschedule();
}

void MediaPlayer::open() {
  reopen_at_ = base::kNever;
  MediaReader::Listener* const self = this;
  address_ = std::make_shared<MediaReader::Listener*>(self);
  reader_ = MediaReader::create(shard_, settings_.location, settings_.demuxer, address_);
  reader_->open();
}

void MediaPlayer::close() {
  address_.reset();
  if (reader_) reader_->close();
  reader_.reset();
  facts_.reset();
  clear_queues();
  timeline_.restart();
  clock_.stop();
  live_clock_.restart();
  asked_ = starved_ = ended_ = failure_told_ = false;
  sought_.reset();
  behind_ = {};
  reopen_at_ = base::kNever;
  next_pause_ = kFirstPause;
  stop_flows();
}

void MediaPlayer::reopen_later() {
  const base::Duration pause = next_pause_;
  const bool told = failure_told_;
  close();
  failure_told_ = told;
  reopen_at_ = now() + pause;
  next_pause_ = std::min(2 * pause, kLongestPause);
  reschedule();
}

bool MediaPlayer::seek(base::Duration position) {
  if (!reader_ || (facts_ && !facts_->can_seek)) return false;
  position = within(position);
  clear_queues();
  for (TrackState& track : tracks_) {
    if (track.out) track.out->drain();
  }
  timeline_.restart();
  clock_.stop();
  last_position_ = position;
  behind_ = {};
  asked_ = starved_ = ended_ = false;
  ++number_;
  sought_ = position;
  ask_for_more(now());
  reschedule();
  return true;
}

base::Duration MediaPlayer::within(base::Duration position) const {
  const bool ends = facts_ && facts_->duration;
  return std::clamp(position, base::Duration{}, ends ? *facts_->duration : base::Duration::max());
}

RtpFeed* MediaPlayer::feed(MediaType type) {
  const auto found =
      std::ranges::find_if(tracks_, [&](const TrackState& track) { return track.out->type() == type; });
  return found == tracks_.end() ? nullptr : &found->out->feed();
}

base::Duration MediaPlayer::position() const {
  if (is_live()) return live_clock_.started() ? now() - live_clock_.due({}) : base::Duration{};
  if (!clock_.started()) return last_position_;
  return std::clamp(clock_.position(now()), base::Duration{}, std::max(behind_, base::Duration{}));
}

void MediaPlayer::on_opened(SourceFacts facts) {
  facts_ = std::move(facts);
  failure_told_ = false;
  next_pause_ = kFirstPause;
  // What was sought before anything was known of the source.
  if (sought_) sought_ = facts_->can_seek ? std::optional(within(*sought_)) : std::nullopt;
  place_tracks();
  ask_for_more(now());
  reschedule();
}

// Those of before go on where the new ones fit, so that nobody behind them notices a new beginning.
void MediaPlayer::place_tracks() {
  std::vector<TrackState> before = std::exchange(tracks_, {});
  by_number_.clear();
  bool changed = before.size() != facts_->tracks.size();
  for (const container::Track& track : facts_->tracks) {
    const auto old = std::ranges::find_if(
        before, [&](const TrackState& state) { return state.out && state.out->fits(track); });
    by_number_.push_back(tracks_.size());
    if (old != before.end()) {
      tracks_.push_back(std::move(*old));
    } else {
      changed = true;
      tracks_.push_back({.out = std::make_unique<PlayedTrack>(shard_, owner_, track, settings_.as_they_are)});
    }
  }
  std::erase_if(before, [](const TrackState& state) { return !state.out; });
  // Whoever follows those that go is bound anew first.
  if (changed) listener_.on_feeds_changed();
}

void MediaPlayer::on_frames(std::uint32_t number, std::vector<container::TrackFrame> frames, bool end) {
  if (number != number_ || !reader_) return;
  asked_ = false;
  enqueue(std::move(frames), now());
  if (end) end_reading();
  if (is_live() && end && settings_.reconnects)
    return on_failure(number, base::Error{"the camera has ended it"}, true);
  if (!end) ask_for_more(now());
  reschedule();
}

void MediaPlayer::on_failure(std::uint32_t number, const base::Error& error, bool opened) {
  if (number != number_ && opened) return;
  const bool told = std::exchange(failure_told_, true);
  asked_ = false;
  if (settings_.reconnects) {
    reopen_later();
  } else if (opened) {
    end_reading();
    reschedule();
  } else {
    close();
  }
  if (!told) listener_.on_failure(opened ? Failure::reading : Failure::opening, error.message);
}

void MediaPlayer::end_reading() {
  ended_ = true;
  if (clock_.started()) return;
  behind_ = last_position_;
  clock_.start(last_position_, now());
}

void MediaPlayer::enqueue(std::vector<container::TrackFrame> frames, base::Instant now) {
  if (is_live() && paused()) return;
  for (container::TrackFrame& frame : frames) {
    if (frame.track >= by_number_.size()) continue;
    const std::size_t index = by_number_[frame.track];
    const base::Duration decode_time = timeline_.place(index, frame.decode_time, frame.duration);
    const base::Duration shown = frame.time + timeline_.shift(index);
    if (is_live()) live_clock_.observe(decode_time, now);
    bytes_ += frame.bytes->size();
    behind_ = std::max(behind_, shown + frame.duration);
    tracks_[index].queue.push_back({std::move(frame), decode_time, shown});
  }
  if (next_track()) start_clock(now);
}

void MediaPlayer::start_clock(base::Instant now) {
  const base::Duration next = next_track()->queue.front().decode_time;
  if (!clock_.started()) {
    clock_.start(next, now);
  } else if (std::exchange(starved_, false) && !paused() && clock_.due(next) < now) {
    clock_.delay(now - clock_.due(next));
  }
}

base::Instant MediaPlayer::due(base::Duration position) const {
  return is_live() ? live_clock_.due(position) : clock_.due(position);
}

bool MediaPlayer::can_release() const {
  return !paused() && next_track();
}

MediaPlayer::TrackState* MediaPlayer::next_track() {
  return const_cast<TrackState*>(std::as_const(*this).next_track());
}

const MediaPlayer::TrackState* MediaPlayer::next_track() const {
  const TrackState* next = nullptr;
  for (const TrackState& track : tracks_) {
    if (track.queue.empty()) continue;
    if (!next || track.queue.front().decode_time < next->queue.front().decode_time) next = &track;
  }
  return next;
}

base::Instant MediaPlayer::deadline() const {
  if (reopen_at_ != base::kNever) return reopen_at_;
  if (paused() || !clock_.started()) return base::kNever;
  if (const TrackState* next = next_track()) return due(next->queue.front().decode_time);
  return ended_ ? due(behind_) : base::kNever;
}

void MediaPlayer::advance(base::Instant now) {
  if (reopen_at_ <= now) return open();
  release(now);
  ask_for_more(now);
  end_if_played(now);
}

void MediaPlayer::release(base::Instant now) {
  while (can_release()) {
    TrackState& next = *next_track();
    if (due(next.queue.front().decode_time) > now) return;
    deliver(next, now);
  }
  if (!is_live() && clock_.started() && !paused() && !ended_) starved_ = true;
}

void MediaPlayer::deliver(TrackState& track, base::Instant now) {
  const Queued next = std::move(track.queue.front());
  track.queue.pop_front();
  bytes_ -= next.frame.bytes->size();
  set_flowing(track, true);
  track.out->take(next.frame, due(next.shown), now);
}

void MediaPlayer::ask_for_more(base::Instant now) {
  if (asked_ || ended_ || !facts_ || !wants_more(now)) return;
  asked_ = true;
  reader_->read({number_, std::exchange(sought_, std::nullopt)});
}

bool MediaPlayer::wants_more(base::Instant now) const {
  if (is_live() || !clock_.started()) return bytes_ < kMostBytes;
  std::size_t frames = 0;
  base::Duration least = base::Duration::max(), most{};
  for (const TrackState& track : tracks_) {
    frames += track.queue.size();
    const base::Duration held =
        track.queue.empty() ? base::Duration{} : track.queue.back().decode_time - clock_.position(now);
    least = std::min(least, held);
    most = std::max(most, held);
  }
  const base::Duration ahead = read_ahead();
  return bytes_ < kMostBytes && frames < kMostFrames && least < ahead && most < ahead + kMostApart;
}

base::Duration MediaPlayer::read_ahead() const {
  if (settings_.location.open_bytes) return kAhead;
  return std::clamp(settings_.network_cache, kAhead, kMostAhead);
}

void MediaPlayer::end_if_played(base::Instant now) {
  if (!ended_ || paused() || next_track() || !clock_.started() || due(behind_) > now) return;
  last_position_ = position();
  for (TrackState& track : tracks_) track.out->drain();
  const base::Duration stays = last_position_;
  close();
  last_position_ = stays;
  listener_.on_end();
}

std::string MediaPlayer::dot() const {
  std::string parts =
      "  source [label=\"" + std::string(settings_.location.open_bytes ? "bytes" : "address") + "\"];\n";
  std::string ways;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const PlayedTrack& out = *tracks_[i].out;
    const std::string name = "track" + std::to_string(i);
    parts += "  " + name + " [label=\"" + out.track().codec + "\"];\n";
    parts += "  " + name + "_out [label=\"" + (out.is_decoded() ? "decoder" : "packetizer") + "\"];\n";
    ways += "  demuxer -> " + name + " -> " + name + "_out -> " + std::string(to_string(out.type())) + ";\n";
  }
  return "digraph player {\n  rankdir=LR;\n  node [shape=box];\n" + parts + "  source -> demuxer;\n" + ways +
         "}\n";
}

void MediaPlayer::clear_queues() {
  for (TrackState& track : tracks_) track.queue.clear();
  bytes_ = 0;
}

void MediaPlayer::set_flowing(TrackState& track, bool flowing) {
  if (std::exchange(track.flowing, flowing) != flowing) listener_.on_flow(track.out->type(), flowing);
}

void MediaPlayer::stop_flows() {
  for (TrackState& track : tracks_) {
    if (track.out) set_flowing(track, false);
  }
}

}  // namespace kaskado::pipeline
