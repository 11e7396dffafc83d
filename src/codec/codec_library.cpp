#include "codec/codec_library.hpp"

#include <dlfcn.h>

#include <array>
#include <atomic>
#include <system_error>

namespace kaskado::codec {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEntry = "kaskado_codec_module_1";
constexpr std::array<const char*, 4> kFileNames = {"libkaskado-vpx.so", "libkaskado-openh264.so",
                                                   "libkaskado-opus.so", "libkaskado-avcodec.so"};

const std::vector<fs::path>& own_directories() {
  static const std::vector<fs::path> directories = [] {
    std::error_code failed;
    return module_directories(fs::read_symlink("/proc/self/exe", failed));
  }();
  return directories;
}

fs::path find_module(const std::vector<fs::path>& directories, const std::string& file_name) {
  std::error_code failed;
  for (const fs::path& directory : directories)
    if (fs::exists(directory / file_name, failed)) return directory / file_name;
  return {};
}

std::string last_error() {
  const char* message = dlerror();
  return message ? message : "unknown error";
}

}  // namespace

std::vector<fs::path> module_directories(const fs::path& executable) {
  std::vector<fs::path> directories;
  if (executable.has_parent_path()) {
    const fs::path here = executable.parent_path();
    directories.push_back(here / KASKADO_MODULES_FROM_BINARY);
    // In a build the server is at the top, and tests lie up to two folders further down.
    fs::path top = here;
    for (int level = 0; level < 3; ++level, top = top.parent_path())
      directories.push_back(top / "src" / "codec");
  }
  directories.emplace_back(KASKADO_MODULES_DIRECTORY);
  return directories;
}

base::Result<const CodecModule*> open_module(const std::vector<fs::path>& directories,
                                             const std::string& file_name) {
  const fs::path path = find_module(directories, file_name);
  if (path.empty())
    return base::Error{file_name + " is not installed: it should be in " +
                       std::string(KASKADO_MODULES_DIRECTORY)};
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return base::Error{file_name + " cannot be loaded: " + last_error()};
  void* const entry = dlsym(library, kEntry);
  if (!entry) {
    dlclose(library);
    return base::Error{path.string() + " is of another version of the server: it has no " + kEntry};
  }
  return reinterpret_cast<decltype(&kaskado_codec_module_1)>(entry)();
}

base::Result<const CodecModule*> codec_library(CodecLibrary library) {
  static std::array<std::atomic<const CodecModule*>, kFileNames.size()> loaded{};
  const auto index = static_cast<std::size_t>(library);
  if (const CodecModule* module = loaded[index].load(std::memory_order_acquire)) return module;
  // Threads that come here at once are given the same module by the dynamic linker.
  base::Result<const CodecModule*> opened = open_module(own_directories(), kFileNames[index]);
  if (opened) loaded[index].store(*opened, std::memory_order_release);
  return opened;
}

bool is_installed(CodecLibrary library) {
  return !find_module(own_directories(), kFileNames[static_cast<std::size_t>(library)]).empty();
}

}  // namespace kaskado::codec
