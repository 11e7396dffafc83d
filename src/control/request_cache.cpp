#include "control/request_cache.hpp"

#include <utility>

namespace kaskado::control {

bool RequestCache::repeats(const std::string& key, std::uint64_t fingerprint, base::Instant now,
                           Deliver& deliver) {
  prune(now);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    Entry& entry = *found->second;
    if (entry.fingerprint == fingerprint) {
      if (entry.body) {
        deliver(*entry.body);
      } else {
        if (entry.waiting.size() == kMaxWaiting) entry.waiting.erase(entry.waiting.begin());
        entry.waiting.push_back(std::move(deliver));
      }
      return true;
    }
    forget(found->second);
  }
  if (entries_.size() == kMaxEntries) forget(entries_.begin());
  entries_.push_back(Entry{key, fingerprint, now + kLifetime, std::nullopt, {}});
  by_key_[key] = std::prev(entries_.end());
  return false;
}

void RequestCache::answered(const std::string& key, std::uint64_t fingerprint, const std::string& body) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second->fingerprint != fingerprint) return;
  for (const Deliver& deliver : std::exchange(found->second->waiting, {})) deliver(body);
  if (body.size() > kMaxBytes) {
    forget(found->second);
    return;
  }
  found->second->body = body;
  bytes_ += body.size();
  while (bytes_ > kMaxBytes) forget(entries_.begin());
}

void RequestCache::prune(base::Instant now) {
  while (!entries_.empty() && entries_.front().expires <= now) forget(entries_.begin());
}

void RequestCache::forget(Entries::iterator entry) {
  if (entry->body) bytes_ -= entry->body->size();
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace kaskado::control
