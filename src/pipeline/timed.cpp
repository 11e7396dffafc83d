#include "pipeline/timed.hpp"

#include <algorithm>

namespace kaskado::pipeline {

Timed::Timed(TimedTable& table) : table_(table), id_(table.add(*this)) {}

Timed::~Timed() { table_.remove(id_); }

void Timed::reschedule() { table_.deadlines_.set(id_, deadline()); }

std::uint32_t TimedTable::add(Timed& timed) {
  if (free_ids_.empty()) {
    timed_.push_back(&timed);
    return static_cast<std::uint32_t>(timed_.size() - 1);
  }
  const std::uint32_t id = free_ids_.back();
  free_ids_.pop_back();
  timed_[id] = &timed;
  return id;
}

void TimedTable::remove(std::uint32_t id) {
  deadlines_.set(id, base::kNever);
  timed_[id] = nullptr;
  free_ids_.push_back(id);
}

void TimedTable::advance(base::Instant now) {
  while (const auto id = deadlines_.take_due(now)) {
    timed_[*id]->advance(now);
    // It may have gone meanwhile.
    if (timed_[*id]) deadlines_.set(*id, std::max(timed_[*id]->deadline(), now + kLeastWait));
  }
}

}  // namespace kaskado::pipeline
