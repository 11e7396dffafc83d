// What a port of a mixer is connected by. It may be made and outlive its place in the mixer anywhere; then it takes
// frames that nobody looks at, and gives none.
#pragma once

#include <memory>

#include "media/frame_publisher.hpp"
#include "media/mixing/frame_inbox.hpp"

namespace kaskado::media {

class MixerPort {
 public:
  // That wait for a tick, at the most.
  static constexpr std::size_t kMaxWaitingPictures = 8;
  static constexpr std::size_t kMaxWaitingSounds = 32;

  // Any thread may use these.
  std::shared_ptr<VideoSink> pictures() const { return pictures_; }
  std::shared_ptr<AudioSink> sound() const { return sound_; }
  // All others' sound. Whose port says nothing gets the frames of the whole mix.
  std::shared_ptr<AudioSource> heard() const { return heard_; }

 private:
  friend class CompositeStage;
  const std::shared_ptr<FrameInbox<VideoFrame>> pictures_ = std::make_shared<FrameInbox<VideoFrame>>(kMaxWaitingPictures);
  const std::shared_ptr<FrameInbox<AudioFrame>> sound_ = std::make_shared<FrameInbox<AudioFrame>>(kMaxWaitingSounds);
  const std::shared_ptr<FramePublisher<AudioFrame>> heard_ = std::make_shared<FramePublisher<AudioFrame>>();
};

}  // namespace kaskado::media
