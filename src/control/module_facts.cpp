#include "control/module_facts.hpp"

#include <algorithm>

#include "control/json.hpp"

namespace kaskado::control {

std::string module_version(const pipeline::ModuleInfo& module) {
  const auto descriptor = parse_json(module.kmd_json);
  const pipeline::Object* object = descriptor ? descriptor->object() : nullptr;
  const pipeline::Value* version = object ? object->find("version") : nullptr;
  return version && version->string() ? *version->string() : std::string();
}

std::vector<std::string> module_factories(const pipeline::ModuleInfo& module) {
  std::vector<std::string> names;
  for (const pipeline::ClassInfo* info : module.classes) {
    if (info->create) names.emplace_back(info->name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace kaskado::control
