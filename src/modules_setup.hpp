// Which modules the server has and what their filters work with, and where an installation has its files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "control/module_catalog.hpp"
#include "control/options.hpp"
#include "elements/module_library.hpp"
#include "loop/fetcher.hpp"

namespace kaskado {

// Nothing is read any more when `fetcher` has gone.
elements::FilterServices filter_services(std::shared_ptr<base::Executor> compute,
                                         const std::shared_ptr<loop::Fetcher>& fetcher);

// The directories of `--modules-path` and then of `environment` (KURENTO_MODULES_PATH, nullptr where it is
// not set), of the build tree where the server runs in one, and of the installation.
std::vector<std::string> module_directories(const control::Options& options, const char* environment);

// Where the installation that the program belongs to has its configuration, whether it is there or not.
std::string installed_conf_file();

// Lives as long as the process does: what is in it is known to everybody.
const control::ModuleCatalog& load_modules(const std::vector<std::string>& directories,
                                           const elements::FilterServices& services);

}  // namespace kaskado
