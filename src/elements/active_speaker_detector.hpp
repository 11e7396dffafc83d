// Listens to the audio levels of several elements' sound, and tells who speaks.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "elements/api.hpp"
#include "elements/speaker_contest.hpp"
#include "pipeline/feed_tap.hpp"
#include "pipeline/media_element.hpp"
#include "pipeline/timed.hpp"

namespace kaskado::elements {

// Lives on the pipeline's shard; sound that comes in on another one is relayed here, once.
class ActiveSpeakerDetector final : public pipeline::MediaObject, public ActiveSpeakerDetectorApi, private pipeline::Timed {
 public:
  static constexpr base::Duration kTurn = std::chrono::milliseconds{200};

  ActiveSpeakerDetector(const pipeline::Construction& construction, pipeline::MediaPipeline& pipeline);
  ~ActiveSpeakerDetector() override;

  pipeline::ApiResult<void> add_speaker(pipeline::MediaElement* speaker) override;
  pipeline::ApiResult<void> remove_speaker(pipeline::MediaElement* speaker) override;
  void on_release() override;

 private:
  // Follows whatever sound leaves an element.
  class Ear;

  base::Instant deadline() const override { return next_turn_; }
  void advance(base::Instant now) override;

  pipeline::Shard& shard_;
  SpeakerContest contest_;
  std::map<std::string, std::unique_ptr<Ear>> ears_;  // by the elements' ids
  base::Instant next_turn_ = base::kNever;
};

}  // namespace kaskado::elements
