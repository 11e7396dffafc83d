// Which modules the server has, and what their filters work with.
#pragma once

#include <memory>

#include "control/module_catalog.hpp"
#include "control/options.hpp"
#include "elements/module_library.hpp"
#include "loop/compute_pool.hpp"
#include "loop/fetcher.hpp"

namespace kaskado {

// What filters of modules compute on and read with. Whoever owns it stops `compute` before the shards end.
struct FilterThreads {
  std::shared_ptr<loop::ComputePool> compute = std::make_shared<loop::ComputePool>();
  std::shared_ptr<loop::Fetcher> fetcher = std::make_shared<loop::Fetcher>();
};

elements::FilterServices filter_services(const FilterThreads& threads);

// The directories of `--modules-path` and then of `environment` (KURENTO_MODULES_PATH, nullptr where it is not set), of
// the build tree where the server runs in one, and of the installation.
std::vector<std::string> module_directories(const control::Options& options, const char* environment);

// Lives as long as the process does: what is in it is known to everybody.
const control::ModuleCatalog& load_modules(const std::vector<std::string>& directories,
                                           const elements::FilterServices& services);

}  // namespace kaskado
