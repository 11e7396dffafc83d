#include "pipeline/class_info.hpp"

#include <algorithm>

namespace kaskado::pipeline {

const OperationInfo* ClassInfo::find_operation(std::string_view operation) const {
  for (const ClassInfo* c = this; c; c = c->parent) {
    for (const OperationInfo& candidate : c->operations) {
      if (candidate.name == operation) return &candidate;
    }
  }
  return nullptr;
}

const EventInfo* ClassInfo::find_event(std::string_view event) const {
  for (const ClassInfo* c = this; c; c = c->parent) {
    for (const EventInfo* candidate : c->events) {
      if (candidate->name == event || std::ranges::find(candidate->twins, event) != candidate->twins.end()) return candidate;
    }
  }
  return nullptr;
}

}  // namespace kaskado::pipeline
