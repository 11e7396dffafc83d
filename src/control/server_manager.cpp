#include "control/server_manager.hpp"

#include <algorithm>
#include <utility>

#include "control/module_facts.hpp"

namespace kaskado::control {

using namespace pipeline;

ServerManager::ServerManager(const Construction& construction, ServerFacts facts)
    : MediaObject(construction, nullptr), facts_(std::move(facts)) {}

ApiResult<ServerInfo> ServerManager::get_info() {
  ServerInfo info;
  info.version = facts_.version;
  info.type = ServerType::kms;
  info.capabilities = {"transactions"};
  for (const pipeline::ModuleInfo& module : facts_.modules) {
    info.modules.push_back(
        {module_version(module), std::string(module.name), facts_.build_time, module_factories(module)});
  }
  return info;
}

ApiResult<std::string> ServerManager::get_kmd(std::string module_name) {
  const auto found = std::ranges::find(facts_.modules, module_name, &pipeline::ModuleInfo::name);
  if (found == facts_.modules.end()) {
    return ApiError{ErrorCode::SERVER_MANAGER_ERROR_KMD_NOT_FOUND, "Requested kmd module doesn't exist"};
  }
  return std::string(found->kmd_json);
}

ApiResult<double> ServerManager::get_used_cpu(int interval) {
  return facts_.used_cpu_percent(std::chrono::milliseconds(std::max(interval, 0)));
}

}  // namespace kaskado::control
