#include "pipeline/playback/media_reader.hpp"

#include <utility>

namespace kaskado::pipeline {

MediaReader::MediaReader(Key, Shard& shard, MediaLocation location, container::DemuxerSettings settings,
                         std::weak_ptr<Listener*> listener)
    : location_(std::move(location)),
      settings_(std::move(settings)),
      post_(shard.post()),
      listener_(std::move(listener)),
      strand_(base::Strand::create(shard.compute().io)) {
  settings_.clock = shard.compute().clock;
  settings_.cancellation = cancellation_;
}

void MediaReader::open() {
  strand_->post_for(shared_from_this(), [](MediaReader& self) { self.open_now(); });
}

void MediaReader::read(const Wish& wish) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(wish_, wish)) return;
  }
  strand_->post_for(shared_from_this(), [](MediaReader& self) { self.serve_wish(); });
}

void MediaReader::serve_wish() {
  Wish wish;
  {
    const std::lock_guard lock(mutex_);
    wish = *std::exchange(wish_, std::nullopt);
  }
  if (cancellation_->cancelled()) return;
  if (!demuxer_) return tell_failure(wish.number, base::Error{"nothing more can be read"});
  if (wish.position) {
    if (auto done = demuxer_->seek(*wish.position); !done)
      return tell_failure(wish.number, std::move(done).error());
  }
  read_now(wish.number);
}

// The demuxer says goodbye to its peer, which may take a while.
void MediaReader::close() {
  cancellation_->cancel();
  {
    const std::lock_guard lock(mutex_);
    if (bytes_) bytes_->interrupt();
  }
  strand_->post_for(shared_from_this(), [](MediaReader& self) { self.demuxer_.reset(); });
}

base::Result<std::unique_ptr<container::Demuxer>> MediaReader::open_demuxer() {
  if (!location_.open_bytes) return container::Demuxer::open(location_.address, settings_);
  auto bytes = location_.open_bytes();
  if (!bytes) return bytes.error();
  {
    const std::lock_guard lock(mutex_);
    bytes_ = *bytes;
    if (cancellation_->cancelled()) bytes_->interrupt();
  }
  return container::Demuxer::open(std::move(*bytes), settings_);
}

void MediaReader::open_now() {
  if (cancellation_->cancelled()) return;
  auto opened = open_demuxer();
  if (!opened) return tell_failure(0, std::move(opened).error());
  demuxer_ = std::move(*opened);
  opened_ = true;
  tell([facts = SourceFacts{demuxer_->tracks(), demuxer_->duration(), demuxer_->can_seek(),
                            demuxer_->is_live()}](Listener& listener) { listener.on_opened(facts); });
}

void MediaReader::read_now(std::uint32_t number) {
  std::vector<container::TrackFrame> frames;
  std::size_t bytes = 0;
  const base::Instant begun = settings_.clock();
  bool end = false;
  std::optional<base::Error> failure;
  do {
    auto frame = demuxer_->read();
    if (!frame) {
      failure = std::move(frame).error();
    } else if (!*frame) {
      end = true;
    } else {
      bytes += (*frame)->bytes->size();
      frames.push_back(std::move(**frame));
    }
  } while (!end && !failure && frames.size() < kMostFrames && bytes < kMostBytes &&
           settings_.clock() - begun < kMostTime && !demuxer_->is_live());
  if (!failure || !frames.empty()) {
    tell([number, frames = std::move(frames), end](Listener& listener) {
      listener.on_frames(number, frames, end);
    });
  }
  if (failure) tell_failure(number, std::move(*failure));
}

void MediaReader::tell_failure(std::uint32_t number, base::Error error) {
  demuxer_.reset();
  if (cancellation_->cancelled()) return;
  tell([number, error = std::move(error), opened = opened_](Listener& listener) {
    listener.on_failure(number, error, opened);
  });
}

void MediaReader::tell(std::function<void(Listener&)> what) {
  if (!post_) return;
  post_([listener = listener_, what = std::move(what)](Shard&) {
    if (const auto there = listener.lock()) what(**there);
  });
}

}  // namespace kaskado::pipeline
