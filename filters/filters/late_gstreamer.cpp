#include "late_gstreamer.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace kaskado::filters {

namespace {

constexpr const char* kLibrary = "libkaskado-gstreamer.so";

// Beside the library that this is in.
std::string path_of_library() {
  Dl_info own{};
  if (!dladdr(reinterpret_cast<const void*>(&path_of_library), &own) || !own.dli_fname) return kLibrary;
  return std::filesystem::path(own.dli_fname).replace_filename(kLibrary).string();
}

const sdk::FilterClass& load() {
  void* const library = dlopen(path_of_library().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(std::string("GStreamerFilter cannot be loaded: ") + dlerror());
  const auto entry = reinterpret_cast<sdk::ModuleEntry>(dlsym(library, sdk::kModuleEntryName));
  const sdk::Module* const module = entry ? entry(sdk::kAbi) : nullptr;
  if (!module || module->classes().empty())
    throw std::runtime_error(std::string("GStreamerFilter cannot be loaded: ") + kLibrary +
                             " was built for another server");
  return *module->classes().front();
}

// Tried again where it has failed: the library may have been installed since.
const sdk::FilterClass& filter_class() {
  static const sdk::FilterClass& loaded = load();
  return loaded;
}

}  // namespace

LateGStreamerFilter::LateGStreamerFilter(sdk::FilterContext& context, const std::string& command,
                                         const std::string& type)
    : StreamFilter(context), command_(command) {
  filter_ = filter_class().create(context, std::vector<sdk::Value>{command, type});
  stream_ = filter_->stream_filter();
}

void LateGStreamerFilter::set_element_property(const std::string& name, const std::string& value) {
  const auto& operations = filter_class().operations;
  const auto operation = std::ranges::find(operations, "setElementProperty", &sdk::Operation::name);
  operation->run(*filter_, std::vector<sdk::Value>{name, value});
}

}  // namespace kaskado::filters
