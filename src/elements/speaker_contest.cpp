#include "elements/speaker_contest.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::elements {

bool SpeakerContest::add(const std::string& id) {
  if (speakers_.size() == kMostSpeakers && !speakers_.contains(id)) return false;
  speakers_.try_emplace(id);
  return true;
}

void SpeakerContest::remove(const std::string& id) {
  speakers_.erase(id);
  if (active_ == id) active_.clear();
}

void SpeakerContest::hear(const std::string& id, std::uint8_t level) {
  const auto found = speakers_.find(id);
  if (found == speakers_.end()) return;
  found->second.sum += level;
  ++found->second.packets;
}

std::optional<std::string> SpeakerContest::turn() {
  for (auto& [id, speaker] : speakers_) {
    const double heard = speaker.packets == 0 ? 0 : std::exchange(speaker.sum, 0) / std::exchange(speaker.packets, 0);
    speaker.level = (speaker.level + heard) / 2;
  }
  const auto loudest = std::ranges::max_element(speakers_, {}, [](const auto& entry) { return entry.second.level; });
  if (loudest == speakers_.end()) return std::nullopt;
  const auto active = speakers_.find(active_);
  const double floor = active == speakers_.end() ? kLeastLevel : std::max(kLeastLevel, active->second.level + kMargin);
  const bool challenges = loudest->first != active_ && loudest->second.level >= floor;
  if (!challenges || challenger_ != loudest->first) turns_ = 0;
  challenger_ = challenges ? loudest->first : std::string();
  if (!challenges || ++turns_ < kTurns) return std::nullopt;
  challenger_.clear();
  turns_ = 0;
  active_ = loudest->first;
  return active_;
}

}  // namespace kaskado::elements
