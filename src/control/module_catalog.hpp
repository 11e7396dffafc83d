// The modules of the server: its own, and those that stand in the directories of modules. Of the latter only
// the descriptors are read; libraries are looked at from outside, and loaded with the first object of their
// classes.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/module_descriptor.hpp"
#include "pipeline/class_info.hpp"

namespace kaskado::control {

class ModuleCatalog {
 public:
  // Files that are looked at in all; the rest is left out, and said so.
  static constexpr std::size_t kMostModules = 256;

  // Makes what stands behind the classes of a library; `classes` are those that can be created.
  using MakeOrigin = std::function<std::unique_ptr<const pipeline::ClassOrigin>(
      std::string library_path, std::vector<const pipeline::ClassInfo*> classes)>;

  explicit ModuleCatalog(std::span<const pipeline::ModuleInfo> own) : modules_(own.begin(), own.end()) {}

  // Each `*.kmd.json` in the directories and in those directly in them, in the order of their names. What is
  // broken is left out, with a sentence in `refused()` for each. Of modules with one name the first counts.
  // Directories that are not there are passed over.
  void load(const std::vector<std::string>& directories, const ModuleHost& host,
            const MakeOrigin& make_origin);

  std::span<const pipeline::ModuleInfo> modules() const { return modules_; }
  const std::vector<std::string>& refused() const { return refused_; }

 private:
  struct Found {
    std::string path;
    std::string text;
    std::vector<std::string> problems;
  };
  std::vector<Found> find(const std::vector<std::string>& directories);
  bool add(Found& found, const ModuleHost& host, const MakeOrigin& make_origin);

  std::vector<pipeline::ModuleInfo> modules_;
  std::deque<std::unique_ptr<const pipeline::ClassOrigin>> origins_;
  std::vector<std::unique_ptr<ModuleTables>> tables_;
  std::vector<std::string> refused_;
};

// Directories from a text like PATH: `:` between them, empty ones left out.
std::vector<std::string> split_paths(std::string_view paths);

// Whether the file is a shared object that this process could load, as far as its outside tells: ELF of the
// same machine and class, and whole. The error is a sentence without a subject.
base::Result<void> check_shared_object(const std::string& path);

}  // namespace kaskado::control
