#include "control/resource_watch.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string_view>

#include "base/text.hpp"
#include "control/process_usage.hpp"

namespace kaskado::control {
namespace {

// The kernel tells the number as the directory's size (since Linux 6.2); before that its entries are counted.
std::int64_t open_files() {
  struct stat told {};
  if (stat("/proc/self/fd", &told) == 0 && told.st_size > 0) return told.st_size;
  DIR* const directory = opendir("/proc/self/fd");
  if (!directory) return 0;
  std::int64_t count = -3;  // ".", ".." and the directory's own
  while (readdir(directory)) ++count;
  closedir(directory);
  return std::max<std::int64_t>(count, 0);
}

std::int64_t thread_count() {
  std::ifstream status("/proc/self/status");
  constexpr std::string_view kField = "Threads:";
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(kField)) continue;
    return base::parse_number<std::int64_t>(base::trim(std::string_view(line).substr(kField.size())))
        .value_or(0);
  }
  return 0;
}

std::int64_t limit_of(decltype(RLIMIT_NOFILE) what) {
  rlimit limit{};
  if (getrlimit(what, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return static_cast<std::int64_t>(limit.rlim_cur);
}

// "0::/system.slice/kaskado.service": the process's group in the unified hierarchy (cgroups(7)).
std::string control_group() {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return {};
}

// "max" is no limit, and so is none.
std::int64_t group_limit(const std::string& group, const char* name) {
  std::ifstream file("/sys/fs/cgroup" + group + "/" + name);
  std::string text;
  if (group.empty() || !std::getline(file, text)) return 0;
  return base::parse_number<std::int64_t>(base::trim(text)).value_or(0);
}

std::int64_t least(std::int64_t a, std::int64_t b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

std::string of(std::int64_t used, std::int64_t most, const char* unit = "") {
  return std::to_string(used) + " of " + std::to_string(most) + unit;
}

}  // namespace

Resources resources_in_use() {
  return {open_files(), thread_count(), resident_bytes()};
}

Resources resource_limits() {
  const std::string group = control_group();
  return {limit_of(RLIMIT_NOFILE), least(limit_of(RLIMIT_NPROC), group_limit(group, "pids.max")),
          group_limit(group, "memory.max")};
}

ResourceWatch::ResourceWatch(const ResourceSettings& settings, const Resources& limits, Measure measure)
    : settings_(settings), limits_(limits), measure_(std::move(measure)) {
  limits_.memory_bytes = least(limits_.memory_bytes, settings.memory_budget_bytes);
}

std::optional<std::string> ResourceWatch::too_little_for_objects(base::Instant now) {
  return beyond(settings_.exception_limit, "exceptionLimit", now);
}

std::optional<std::string> ResourceWatch::enough_to_end(base::Instant now) {
  return beyond(settings_.kill_limit, "killLimit", now);
}

std::optional<std::string> ResourceWatch::beyond(double share, const char* name, base::Instant now) {
  if (share <= 0) return std::nullopt;
  if (!measured_ || now >= *measured_ + kFreshFor) {
    used_ = measure_();
    measured_ = now;
  }
  const auto is_beyond = [&](std::int64_t used, std::int64_t most) {
    return most > 0 && static_cast<double>(used) > share * static_cast<double>(most);
  };
  constexpr std::int64_t kMiB = 1024 * 1024;
  std::string what;
  if (is_beyond(used_.files, limits_.files)) {
    what = "Too many open files: " + of(used_.files, limits_.files);
  } else if (is_beyond(used_.threads, limits_.threads)) {
    what = "Too many threads: " + of(used_.threads, limits_.threads);
  } else if (is_beyond(used_.memory_bytes, limits_.memory_bytes)) {
    what = "Too much memory: " + of(used_.memory_bytes / kMiB, limits_.memory_bytes / kMiB, " MiB");
  } else {
    return std::nullopt;
  }
  char limit[64];
  std::snprintf(limit, sizeof limit, " (%s is %g)", name, share);
  return what + limit;
}

}  // namespace kaskado::control
