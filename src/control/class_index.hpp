// The classes that clients can create, by the names that they use for them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pipeline/class_info.hpp"

namespace kaskado::control {

class ClassIndex {
 public:
  explicit ClassIndex(std::span<const pipeline::ModuleInfo> modules);
  // By `Class` or `namespace.Class`; nullptr where there is no such class or nobody can create it.
  const pipeline::ClassInfo* find(std::string_view type) const;

 private:
  std::unordered_map<std::string, const pipeline::ClassInfo*> by_name_;
};

}  // namespace kaskado::control
