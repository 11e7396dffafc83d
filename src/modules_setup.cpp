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

namespace files = std::filesystem;

files::path folder_of_program() {
  std::error_code error;
  return files::read_symlink("/proc/self/exe", error).parent_path();
}

// An installation may have been moved as a whole: what lies where it should from the program comes before what the
// build was configured with.
std::string installed(const files::path& here, const char* from_binary, const char* configured) {
  std::error_code error;
  const files::path moved = (here / from_binary).lexically_normal();
  return !here.empty() && files::exists(moved, error) ? moved.native() : configured;
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
  const std::filesystem::path here = folder_of_program();
  if (!here.empty()) directories.push_back((here / "filters").native());
  directories.push_back(installed(here, KASKADO_MODULES_FROM_BINARY, KASKADO_MODULES_DIR));
  return directories;
}

std::string installed_conf_file() {
  return installed(folder_of_program(), KASKADO_CONF_FROM_BINARY, KASKADO_CONF_DIR) + "/kurento.conf.json";
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
