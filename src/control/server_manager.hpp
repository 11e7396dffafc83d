// The object `manager_ServerManager`: the server as its clients see it. It lives on the control thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "control/api.hpp"
#include "control/process_usage.hpp"
#include "pipeline/media_object.hpp"

namespace kaskado::control {

inline constexpr std::string_view kServerManagerId = "manager_ServerManager";

// What the manager tells of; the lists are asked for when a client asks.
struct ServerFacts {
  std::string version;
  std::string build_time;
  std::span<const pipeline::ModuleInfo> modules;
  std::function<std::vector<std::string>()> pipelines;
  std::function<std::vector<std::string>()> sessions;
  std::function<double(base::Duration interval)> used_cpu_percent;
};

class ServerManager final : public pipeline::MediaObject, public ServerManagerApi {
 public:
  ServerManager(const pipeline::Construction& construction, ServerFacts facts);

  // Tell those who have subscribed.
  void object_created(const std::string& id) { raise(ObjectCreated{id}); }
  void object_destroyed(const std::string& id) { raise(ObjectDestroyed{id}); }

  pipeline::ApiResult<ServerInfo> get_info() override;
  pipeline::ApiResult<std::vector<std::string>> get_pipelines() override { return facts_.pipelines(); }
  pipeline::ApiResult<std::vector<std::string>> get_sessions() override { return facts_.sessions(); }
  pipeline::ApiResult<std::string> get_metadata() override { return std::string(); }
  pipeline::ApiResult<std::string> get_kmd(std::string module_name) override;
  pipeline::ApiResult<int> get_cpu_count() override { return processor_count(); }
  // The average over all processors. It does not wait for the interval to pass but looks back (see CpuMeter).
  pipeline::ApiResult<double> get_used_cpu(int interval) override;
  // In kibibytes.
  pipeline::ApiResult<std::int64_t> get_used_memory() override { return resident_bytes() / 1024; }

 private:
  ServerFacts facts_;
};

}  // namespace kaskado::control
