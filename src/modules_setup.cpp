#include "modules_setup.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "control/api.hpp"
#include "elements/module_filter.hpp"
#include "loop/loop.hpp"

namespace kaskado {
namespace {

sdk::Fetched to_fetched(base::Result<loop::Fetcher::Bytes> read) {
  if (read) return {std::move(read).value(), {}};
  return {{}, read.error().message};
}

}  // namespace

elements::FilterServices filter_services(std::shared_ptr<base::Executor> compute,
                                          const std::shared_ptr<loop::Fetcher>& fetcher) {
  const auto fetch = [weak = std::weak_ptr(fetcher)](std::string address, std::function<void(sdk::Fetched)> done) {
    const auto there = weak.lock();
    if (!there) return;
    there->fetch(std::move(address), [done = std::move(done)](base::Result<loop::Fetcher::Bytes> read) {
      done(to_fetched(std::move(read)));
    });
  };
  return {std::move(compute), &loop::monotonic_now, fetch};
}

std::vector<std::string> module_directories(const control::Options& options, const char* environment) {
  std::vector<std::string> directories = control::split_paths(options.modules_path);
  for (std::string& directory : control::split_paths(environment ? environment : "")) {
    directories.push_back(std::move(directory));
  }
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) directories.push_back((program.parent_path() / "filters").native());
  directories.emplace_back(KASKADO_MODULES_DIR);
  return directories;
}

const control::ModuleCatalog& load_modules(const std::vector<std::string>& directories,
                                           const elements::FilterServices& services) {
  auto* const catalog = new control::ModuleCatalog(control::module_list());
  catalog->load(
      directories,
      {sdk::kAbi, &elements::create_module_filter, &elements::prepare_module_filter, &elements::start_module_operation},
      [&](std::string path, std::vector<const pipeline::ClassInfo*> classes) {
        return std::make_unique<const elements::ModuleLibrary>(std::move(path), std::move(classes), services);
      });
  return *catalog;
}

}  // namespace kaskado
