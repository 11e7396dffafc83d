// The shared library behind the classes of one module. It is loaded with the first object of them, and stays.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <kaskado/module.hpp>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "pipeline/class_info.hpp"

namespace kaskado::elements {

// What filters of modules work with.
struct FilterServices {
  std::shared_ptr<base::Executor> compute;
  std::function<base::Instant()> now;
  // Reads an http:, https: or file: address, or an absolute path; `done` is called once, on any thread.
  std::function<void(std::string address, std::function<void(sdk::Fetched)> done)> fetch;
};

class ModuleLibrary final : public pipeline::ClassOrigin {
 public:
  // `classes` are those of the module's descriptor that can be created; they live as long as the process
  // does.
  ModuleLibrary(std::string path, std::vector<const pipeline::ClassInfo*> classes, FilterServices services);

  const std::string& path() const { return path_; }
  const FilterServices& services() const { return services_; }

  // Any thread; the first call loads the library, which takes long. The error is a sentence, the same for
  // every call: that it cannot be loaded, was built for another ABI, or is not what the descriptor says, with
  // the names of all that differs.
  base::Result<const sdk::FilterClass*> find(const pipeline::ClassInfo& info) const;

 private:
  base::Result<const sdk::Module*> load() const;

  const std::string path_;
  const std::vector<const pipeline::ClassInfo*> classes_;
  const FilterServices services_;
  mutable std::mutex mutex_;
  mutable std::optional<base::Result<const sdk::Module*>> module_;  // under mutex_
};

// What descriptor and library do not agree on, a sentence each.
std::vector<std::string> differences(const std::vector<const pipeline::ClassInfo*>& classes,
                                     const sdk::Module& module);

// The parameters of a constructor that the filter gets: all but the pipeline.
std::vector<const pipeline::ParameterInfo*> filter_parameters(const pipeline::ClassInfo& info);

}  // namespace kaskado::elements
