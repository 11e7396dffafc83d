#include "control/subscriptions.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::control {

bool Subscriptions::add(std::string_view object, Subscription subscription) {
  auto found = by_object_.find(object);
  if (found == by_object_.end()) found = by_object_.try_emplace(std::string(object)).first;
  if (found->second.size() >= kMaxPerObject || total_ >= kMaxTotal) return false;
  const auto is_same = [&](const Subscription& s) { return s.same_as(subscription); };
  subscription.repeats = std::ranges::any_of(found->second, is_same);
  found->second.push_back(std::move(subscription));
  ++total_;
  return true;
}

void Subscriptions::remove(std::string_view object, std::string_view subscription) {
  const auto found = by_object_.find(object);
  if (found == by_object_.end()) return;
  std::vector<Subscription>& all = found->second;
  const auto gone = std::ranges::find(all, subscription, &Subscription::id);
  if (gone == all.end()) return;
  const auto next =
      std::find_if(std::next(gone), all.end(), [&](const Subscription& s) { return s.same_as(*gone); });
  if (next != all.end() && !gone->repeats) next->repeats = false;
  all.erase(gone);
  --total_;
  if (all.empty()) by_object_.erase(found);
}

void Subscriptions::remove_object(std::string_view object) {
  const auto found = by_object_.find(object);
  if (found == by_object_.end()) return;
  total_ -= found->second.size();
  by_object_.erase(found);
}

void Subscriptions::remove_session(SessionKey session) {
  for (auto at = by_object_.begin(); at != by_object_.end();) {
    total_ -= std::erase_if(at->second, [&](const Subscription& s) { return s.session == session; });
    at = at->second.empty() ? by_object_.erase(at) : std::next(at);
  }
}

std::vector<const Subscription*> Subscriptions::to(std::string_view object,
                                                   const pipeline::EventInfo& event) const {
  std::vector<const Subscription*> subscribed;
  const auto found = by_object_.find(object);
  if (found == by_object_.end()) return subscribed;
  for (const Subscription& candidate : found->second) {
    if (candidate.event == &event && !candidate.repeats) subscribed.push_back(&candidate);
  }
  return subscribed;
}

}  // namespace kaskado::control
