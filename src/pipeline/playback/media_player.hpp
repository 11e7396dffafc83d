// Plays a source into the pipeline at the speed at which it was recorded.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "media/playback/live_clock.hpp"
#include "media/playback/playback_clock.hpp"
#include "media/playback/timeline.hpp"
#include "pipeline/playback/media_reader.hpp"
#include "pipeline/playback/played_track.hpp"
#include "pipeline/timed.hpp"

namespace kaskado::pipeline {

struct MediaPlayerSettings {
  MediaLocation location;
  container::DemuxerSettings demuxer;
  bool as_they_are = false;  // frames go out in the codec and the order that they have
  // How far it reads ahead of what comes over a network; of what is live: how long, at the most, it waits for
  // what is late.
  base::Duration network_cache{};
  // What has broken off, or could not be opened, is opened again.
  bool reconnects = false;
};

// Belongs to a shard; blocking reads happen on the I/O pool. It reads ahead by little, and holds kMostBytes
// at the most.
class MediaPlayer final : private Timed, private MediaReader::Listener {
 public:
  enum class Failure : std::uint8_t { opening, reading, seeking };

  // Called in the middle of what the player does: it may be stopped there, but not destroyed.
  class Listener {
   public:
    // feed() gives others than before.
    virtual void on_feeds_changed() = 0;
    virtual void on_flow(MediaType type, bool flowing) = 0;
    // All has been played, and it has stopped.
    virtual void on_end() = 0;
    // A sentence without the address. It has stopped, unless it reconnects or plays on what it has.
    virtual void on_failure(Failure failure, const std::string& sentence) = 0;

   protected:
    ~Listener() = default;
  };

  static constexpr std::size_t kMostBytes = 8 << 20;

  // `owner` and `listener` outlive it.
  MediaPlayer(Shard& shard, FeedOwner& owner, Listener& listener, MediaPlayerSettings settings);
  ~MediaPlayer() override;

  void play();
  void pause();
  // The next play() begins at the beginning.
  void stop();
  // False where it cannot be done: nothing is open, or it has no end. While the source is being opened, as soon as it is.
  bool seek(base::Duration position);

  // nullptr where the source has no such media, or has not been opened yet.
  RtpFeed* feed(MediaType type);
  // Of what is open.
  const std::optional<SourceFacts>& facts() const { return facts_; }
  base::Duration position() const;
  // Its parts and what goes between them, in Graphviz's DOT language.
  std::string dot() const;

 private:
  static constexpr std::size_t kMostFrames = 2000;
  static constexpr base::Duration kAhead = std::chrono::milliseconds{500};
  static constexpr base::Duration kMostAhead = std::chrono::seconds{10};
  // Where one track is that far ahead the other is not waited for.
  static constexpr base::Duration kMostApart = std::chrono::seconds{3};
  static constexpr base::Duration kFirstPause = std::chrono::seconds{1};
  static constexpr base::Duration kLongestPause = std::chrono::seconds{10};

  struct Queued {
    container::TrackFrame frame;
    base::Duration decode_time{};  // on the timeline
    base::Duration shown{};
  };
  struct TrackState {
    std::unique_ptr<PlayedTrack> out;
    std::deque<Queued> queue;
    bool flowing = false;
  };

  base::Instant deadline() const override;
  void advance(base::Instant now) override;

  void on_opened(SourceFacts facts) override;
  void on_frames(std::uint32_t number, std::vector<container::TrackFrame> frames, bool end) override;
  void on_failure(std::uint32_t number, const base::Error& error, bool opened) override;

  void open();
  void close();
  void end_reading();
  void reopen_later();
  void place_tracks();
  void enqueue(std::vector<container::TrackFrame> frames, base::Instant now);
  void start_clock(base::Instant now);
  void release(base::Instant now);
  void deliver(TrackState& track, base::Instant now);
  void ask_for_more(base::Instant now);
  bool wants_more(base::Instant now) const;
  base::Duration read_ahead() const;
  void end_if_played(base::Instant now);
  void clear_queues();
  void set_flowing(TrackState& track, bool flowing);
  void stop_flows();

  bool is_live() const { return facts_ && facts_->is_live; }
  // As near to the position as the source has it.
  base::Duration within(base::Duration position) const;
  bool paused() const { return clock_.paused(); }
  base::Instant due(base::Duration position) const;
  bool can_release() const;
  TrackState* next_track();
  const TrackState* next_track() const;
  TrackState* state_of(std::size_t track);
  base::Instant now() const { return shard_.now(); }

  Shard& shard_;
  FeedOwner& owner_;
  Listener& listener_;
  const MediaPlayerSettings settings_;

  std::shared_ptr<MediaReader::Listener*> address_;
  std::shared_ptr<MediaReader> reader_;  // while something is open or being opened
  std::optional<SourceFacts> facts_;
  std::vector<TrackState> tracks_;      // of what was opened last
  std::vector<std::size_t> by_number_;  // the reader's number of a track to ours
  media::Timeline timeline_;
  media::PlaybackClock clock_;
  media::LiveClock live_clock_;
  std::uint32_t number_ = 0;              // of the last wish to the reader: what answers others is of no use
  bool asked_ = false;                    // for frames that have not come yet
  std::optional<base::Duration> sought_;  // to be gone to with the next wish
  bool starved_ = false;                  // they are late
  bool ended_ = false;                    // no more come
  std::size_t bytes_ = 0;                 // in the queues
  base::Duration behind_{};               // the last of what was read
  base::Duration last_position_{};
  base::Instant reopen_at_ = base::kNever;
  base::Duration next_pause_ = kFirstPause;
  bool failure_told_ = false;  // since it was open last
};

}  // namespace kaskado::pipeline
