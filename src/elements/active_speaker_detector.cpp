#include "elements/active_speaker_detector.hpp"

#include <utility>

#include "pipeline/media_pipeline.hpp"
#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaElement;
using pipeline::MediaType;

class ActiveSpeakerDetector::Ear final : public pipeline::FeedTap {
 public:
  Ear(SpeakerContest& contest, std::string id) : contest_(contest), id_(std::move(id)) {}
  ~Ear() { follow(nullptr); }

  void follow(pipeline::RtpFeed* feed) {
    if (feed == feed_) return;
    if (feed_) std::exchange(feed_, nullptr)->detach(*this);
    feed_ = feed;
    if (feed_) feed_->attach(*this);
  }

  void source_changed() override {}
  void clock_changed() override {}
  void feed_gone() override { follow(nullptr); }
  void forward(std::span<const rtp::MediaPacket> run) override {
    for (const rtp::MediaPacket& packet : run) {
      const auto level = rtp::audio_level(packet.extensions, packet.packet->bytes);
      if (level) contest_.hear(id_, static_cast<std::uint8_t>(127 - level->minus_dbov));
    }
  }

 private:
  SpeakerContest& contest_;
  const std::string id_;
  pipeline::RtpFeed* feed_ = nullptr;
};

ActiveSpeakerDetector::ActiveSpeakerDetector(const pipeline::Construction& construction, pipeline::MediaPipeline& pipeline)
    : MediaObject(construction, &pipeline), Timed(construction.shard->timed()), shard_(*construction.shard) {}

ActiveSpeakerDetector::~ActiveSpeakerDetector() = default;

void ActiveSpeakerDetector::on_release() {
  ears_.clear();
  next_turn_ = base::kNever;
  reschedule();
}

ApiResult<void> ActiveSpeakerDetector::add_speaker(MediaElement* speaker) {
  if (!contest_.add(speaker->id())) return ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "There are too many speakers"};
  auto& ear = ears_[speaker->id()];
  if (!ear) ear = std::make_unique<Ear>(contest_, speaker->id());
  ear->follow(speaker->origin(MediaType::audio));
  if (next_turn_ == base::kNever) next_turn_ = shard_.now() + kTurn;
  reschedule();
  return {};
}

ApiResult<void> ActiveSpeakerDetector::remove_speaker(MediaElement* speaker) {
  ears_.erase(speaker->id());
  contest_.remove(speaker->id());
  if (ears_.empty()) next_turn_ = base::kNever;
  reschedule();
  return {};
}

// Elements come by their sound, and go, without telling: it is looked after here.
void ActiveSpeakerDetector::advance(base::Instant now) {
  next_turn_ = now + kTurn;
  std::erase_if(ears_, [this](const auto& entry) {
    MediaElement* const speaker = pipeline::find_element(host(), entry.first);
    if (speaker) entry.second->follow(speaker->origin(MediaType::audio));
    if (!speaker) contest_.remove(entry.first);
    return !speaker;
  });
  if (ears_.empty()) next_turn_ = base::kNever;
  if (const auto speaks = contest_.turn()) raise(ActiveSpeaker{pipeline::find_element(host(), *speaks)});
}

ApiResult<std::unique_ptr<pipeline::MediaObject>> create_active_speaker_detector(const pipeline::Construction& construction,
                                                                                 ActiveSpeakerDetectorParams params) {
  return std::unique_ptr<pipeline::MediaObject>(
      std::make_unique<ActiveSpeakerDetector>(construction, *params.media_pipeline));
}

}  // namespace kaskado::elements
