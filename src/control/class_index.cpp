#include "control/class_index.hpp"

namespace kaskado::control {

ClassIndex::ClassIndex(std::span<const pipeline::ModuleInfo> modules) {
  for (const pipeline::ModuleInfo& module : modules) {
    for (const pipeline::ClassInfo* info : module.classes) {
      if (!info->create) continue;
      by_name_.emplace(info->name, info);
      by_name_.emplace(std::string(info->namespace_) + "." + std::string(info->name), info);
    }
  }
}

const pipeline::ClassInfo* ClassIndex::find(std::string_view type) const {
  const auto found = by_name_.find(std::string(type));
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace kaskado::control
