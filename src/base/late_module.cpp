#include "base/late_module.hpp"

#include <dlfcn.h>

#include <system_error>

namespace kaskado::base {
namespace {

namespace fs = std::filesystem;

std::string last_error() {
  const char* message = dlerror();
  return message ? message : "unknown error";
}

const fs::path& own_executable() {
  static const fs::path path = [] {
    std::error_code failed;
    return fs::read_symlink("/proc/self/exe", failed);
  }();
  return path;
}

}  // namespace

std::vector<fs::path> late_module_directories(const fs::path& executable, const std::string& room) {
  std::vector<fs::path> directories;
  if (executable.has_parent_path()) {
    const fs::path here = executable.parent_path();
    directories.push_back(here / KASKADO_MODULES_FROM_BINARY);
    // In a build the server is at the top, and tests lie up to two folders further down.
    fs::path top = here;
    for (int level = 0; level < 3; ++level, top = top.parent_path())
      directories.push_back(top / "src" / room);
  }
  directories.emplace_back(KASKADO_MODULES_DIRECTORY);
  return directories;
}

std::vector<fs::path> late_module_directories(const std::string& room) {
  return late_module_directories(own_executable(), room);
}

fs::path find_late_module(const std::vector<fs::path>& directories, const std::string& file_name) {
  std::error_code failed;
  for (const fs::path& directory : directories)
    if (fs::exists(directory / file_name, failed)) return directory / file_name;
  return {};
}

Result<void*> open_late_module(const std::vector<fs::path>& directories, const std::string& file_name,
                               const char* entry) {
  const fs::path path = find_late_module(directories, file_name);
  if (path.empty())
    return Error{file_name + " is not installed: it should be in " + std::string(KASKADO_MODULES_DIRECTORY)};
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return Error{file_name + " cannot be loaded: " + last_error()};
  void* const found = dlsym(library, entry);
  if (found) return found;
  dlclose(library);
  return Error{path.string() + " is of another version of the server: it has no " + entry};
}

}  // namespace kaskado::base
