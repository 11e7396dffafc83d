// Reads a source on the I/O pool, as much as is asked for, and hands its frames to a shard.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/strand.hpp"
#include "container/demuxer.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

// Where media comes from.
struct MediaLocation {
  // What Demuxer::open() takes an address of; empty where there is the function below.
  std::string address;
  // Called on the I/O pool, for each time that it is opened.
  std::function<base::Result<std::shared_ptr<container::ByteSource>>()> open_bytes;
};

struct SourceFacts {
  std::vector<container::Track> tracks;
  std::optional<base::Duration> duration;
  bool can_seek = false;
  bool is_live = false;
};

class MediaReader : public std::enable_shared_from_this<MediaReader> {
  struct Key {};

 public:
  // On the shard's thread. Each has the number of the wish that it answers.
  class Listener {
   public:
    virtual void on_opened(SourceFacts facts) = 0;
    // In the order of the container. `end`: no more come.
    virtual void on_frames(std::uint32_t number, std::vector<container::TrackFrame> frames, bool end) = 0;
    // No more come. `opened`: some could be read.
    virtual void on_failure(std::uint32_t number, const base::Error& error, bool opened) = 0;

   protected:
    ~Listener() = default;
  };

  // `listener` is the address that it is known by for as long as it listens.
  static std::shared_ptr<MediaReader> create(Shard& shard, MediaLocation location,
                                             container::DemuxerSettings settings,
                                             std::weak_ptr<Listener*> listener) {
    return std::make_shared<MediaReader>(Key{}, shard, std::move(location), std::move(settings),
                                         std::move(listener));
  }
  MediaReader(Key, Shard& shard, MediaLocation location, container::DemuxerSettings settings,
              std::weak_ptr<Listener*> listener);

  // The shard's thread; none of them waits.
  void open();
  struct Wish {
    std::uint32_t number = 0;
    std::optional<base::Duration> position{};  // to go to first
  };
  // For frames. Answered once, by on_frames() or on_failure(); one that another follows may get no answer.
  void read(const Wish& wish);
  // Ends what it is about, soon.
  void close();

 private:
  // What is handed over at once, at the most, so that neither side waits long for the other.
  static constexpr std::size_t kMostFrames = 32;
  static constexpr std::size_t kMostBytes = 256 << 10;
  static constexpr base::Duration kMostTime = std::chrono::milliseconds{5};

  // All on the strand.
  void open_now();
  base::Result<std::unique_ptr<container::Demuxer>> open_demuxer();
  void serve_wish();
  void read_now(std::uint32_t number);
  void tell(std::function<void(Listener&)> what);
  void tell_failure(std::uint32_t number, base::Error error);

  const MediaLocation location_;
  container::DemuxerSettings settings_;
  const std::shared_ptr<container::Cancellation> cancellation_ = std::make_shared<container::Cancellation>();
  const Shard::Post post_;
  const std::weak_ptr<Listener*> listener_;
  const std::shared_ptr<base::Strand> strand_;

  std::mutex mutex_;
  std::shared_ptr<container::ByteSource> bytes_;  // this and what follows are under mutex_
  std::optional<Wish> wish_;                      // for which a job stands on the strand

  // The strand's.
  std::unique_ptr<container::Demuxer> demuxer_;
  bool opened_ = false;
};

}  // namespace kaskado::pipeline
