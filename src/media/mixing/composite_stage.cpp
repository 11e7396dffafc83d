#include "media/mixing/composite_stage.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::media {

static_assert(VideoCompositor::kMaxInputs <= AudioMixer::kMaxPorts, "what joins one joins the other");

CompositeStage::CompositeStage(std::shared_ptr<Layout> layout, double frames_per_second, base::Instant start)
    : layout_(std::move(layout)), clock_(frames_per_second, start) {}

CompositeStage::~CompositeStage() {
  while (!ports_.empty()) leave(ports_.begin()->first);
}

bool CompositeStage::join(PortId port, std::shared_ptr<MixerPort> ends, std::string_view name) {
  if (!compositor_.join(port)) return false;
  mixer_.join(port);
  compositor_.set_name(port, name);
  ports_[port] = std::move(ends);
  return true;
}

std::shared_ptr<MixerPort> CompositeStage::join(PortId port, std::string_view name) {
  auto ends = std::make_shared<MixerPort>();
  return join(port, ends, name) ? ends : nullptr;
}

void CompositeStage::leave(PortId port) {
  const auto found = ports_.find(port);
  if (found == ports_.end()) return;
  found->second->pictures_->close();
  found->second->sound_->close();
  ports_.erase(found);
  compositor_.leave(port);
  mixer_.leave(port);
  if (layout_) layout_->leave(port);
}

void CompositeStage::take_frames() {
  for (const auto& [id, port] : ports_) {
    port->pictures_->empty([&, to = id](const VideoFrame& frame) { compositor_.take(to, frame); });
    port->sound_->empty([&, to = id](const AudioFrame& frame) { mixer_.take(to, frame); });
    // Lips move with what is heard.
    constexpr base::Duration kMostShift = to_duration(AudioInput::kMaxShiftSamples);
    compositor_.set_delay(id, std::clamp(mixer_.input(id)->shift(), base::Duration{}, kMostShift));
  }
}

bool CompositeStage::anybody_listens() const {
  return !whole_mix_->empty() ||
         std::ranges::any_of(ports_, [](const auto& one) { return !one.second->heard_->empty(); });
}

void CompositeStage::mix(base::Instant tick) {
  for (const AudioMixer::Output& output : mixer_.mix(tick))
    ports_.at(output.port)->heard_->publish(output.frame);
  whole_mix_->publish(mixer_.whole_mix());
}

void CompositeStage::compose(base::Instant tick) {
  if (const std::optional<VideoFrame> frame = compositor_.compose(tick, *layout_)) pictures_->publish(*frame);
}

void CompositeStage::tick(base::Instant now) {
  const MixingClock::Due due = clock_.advance(now);
  if (due.blocks == 0 && !due.picture) return;
  take_frames();
  if (due.blocks > 0 && anybody_listens())
    for (int i = 0; i < due.blocks; ++i) mix(due.first_block + i * kBlockDuration);
  if (due.picture && !pictures_->empty()) compose(*due.picture);
}

}  // namespace kaskado::media
