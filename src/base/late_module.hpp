// Loadable modules of our own, each of which wraps a large third-party library, so that a server that does
// not need it never maps it. A module stays for the life of the process.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace kaskado::base {

// Where a room's modules are looked for, in this order, by the running executable: beside it in the
// installation, in the tree that it was built in, and where this build would be installed.
std::vector<std::filesystem::path> late_module_directories(const std::filesystem::path& executable,
                                                           const std::string& room);
// The same for the executable that runs.
std::vector<std::filesystem::path> late_module_directories(const std::string& room);

// The first of the directories that has such a file decides; empty where none has.
std::filesystem::path find_late_module(const std::vector<std::filesystem::path>& directories,
                                       const std::string& file_name);

// The address of its entry. The error names the file and what is the matter with it.
Result<void*> open_late_module(const std::vector<std::filesystem::path>& directories,
                               const std::string& file_name, const char* entry);

// One module. Its entry is a function with C linkage and without parameters that returns a pointer to an
// `Interface`, which lives as long as the process. Modules belong to the build that they came with: the
// entry's name has a number that changes with the interface, so that a stale file is refused and not called.
template <typename Interface>
class LateModule {
 public:
  LateModule(const char* room, const char* file_name, const char* entry)
      : room_(room), file_name_(file_name), entry_(entry) {}

  // Any thread. After an error the next call tries again.
  Result<const Interface*> get() {
    if (const Interface* module = loaded_.load(std::memory_order_acquire)) return module;
    // Threads that come here at once are given the same module by the dynamic linker.
    const auto entry = open_late_module(late_module_directories(room_), file_name_, entry_);
    if (!entry) return entry.error();
    const Interface* const module = reinterpret_cast<const Interface* (*)()>(*entry)();
    loaded_.store(module, std::memory_order_release);
    return module;
  }

  // Whether its file is there. Loads nothing.
  bool is_installed() const { return !find_late_module(late_module_directories(room_), file_name_).empty(); }

 private:
  const char* const room_;
  const char* const file_name_;
  const char* const entry_;
  std::atomic<const Interface*> loaded_ = nullptr;
};

}  // namespace kaskado::base
