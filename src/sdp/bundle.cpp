#include "sdp/bundle.hpp"

#include <algorithm>

namespace kaskado::sdp {
namespace {

std::optional<std::size_t> find_mid(const SessionDescription& session, const std::string& mid) {
  const auto& media = session.media;
  const auto at =
      std::find_if(media.begin(), media.end(), [&](const MediaDescription& m) { return m.mid == mid; });
  if (at == media.end() || mid.empty()) return std::nullopt;
  return static_cast<std::size_t>(at - media.begin());
}

}  // namespace

BundleMap::BundleMap(const SessionDescription& session) : bundle_of_(session.media.size()) {
  for (const Group& group : session.groups) {
    if (group.semantics != "BUNDLE") continue;
    std::vector<std::size_t> members;
    for (const std::string& mid : group.mids) {
      const auto index = find_mid(session, mid);
      if (!index || bundle_of_[*index] || session.media[*index].refused()) continue;
      bundle_of_[*index] = members_.size();
      members.push_back(*index);
    }
    if (!members.empty()) members_.push_back(std::move(members));
  }
}

std::vector<std::size_t> BundleMap::sharing(std::size_t media) const {
  if (const auto bundle = bundle_of_[media]) return members_[*bundle];
  return {media};
}

}  // namespace kaskado::sdp
