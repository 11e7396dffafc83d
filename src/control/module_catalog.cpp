#include "control/module_catalog.hpp"

#include <link.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

namespace kaskado::control {
namespace {

namespace files = std::filesystem;

constexpr std::string_view kEnding = ".kmd.json";
constexpr std::uintmax_t kMostDescriptorBytes = std::uintmax_t{4} << 20;

// Sorted, so that what is loaded does not depend on the file system.
std::vector<files::path> entries_of(const files::path& directory) {
  std::vector<files::path> entries;
  std::error_code error;
  for (files::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  std::ranges::sort(entries);
  return entries;
}

void add_descriptors(const files::path& directory, std::vector<files::path>& into) {
  std::error_code error;
  for (const files::path& entry : entries_of(directory)) {
    if (entry.native().ends_with(kEnding) && files::is_regular_file(entry, error)) into.push_back(entry);
  }
}

std::optional<std::string> read_file(const files::path& path) {
  std::error_code error;
  if (files::file_size(path, error) > kMostDescriptorBytes || error) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return std::nullopt;
  return text;
}

std::optional<ElfW(Ehdr)> read_header(const std::string& path) {
  ElfW(Ehdr) header{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) return std::nullopt;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
  return header;
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
  return text;
}

}  // namespace

std::vector<std::string> split_paths(std::string_view paths) {
  std::vector<std::string> all;
  while (!paths.empty()) {
    const std::size_t end = std::min(paths.find(':'), paths.size());
    if (end > 0) all.emplace_back(paths.substr(0, end));
    paths.remove_prefix(std::min(end + 1, paths.size()));
  }
  return all;
}

base::Result<void> check_shared_object(const std::string& path) {
  std::error_code error;
  if (!files::is_regular_file(path, error)) return base::Error{"is not there"};
  const std::uintmax_t size = files::file_size(path, error);
  const auto header = read_header(path);
  const auto own = read_header("/proc/self/exe");
  if (error || !header) return base::Error{"is no shared object (ELF)"};
  if (own && (header->e_ident[EI_CLASS] != own->e_ident[EI_CLASS] ||
              header->e_ident[EI_DATA] != own->e_ident[EI_DATA] || header->e_machine != own->e_machine)) {
    return base::Error{"is for another machine"};
  }
  if (header->e_type != ET_DYN) return base::Error{"is ELF, but no shared object"};
  // The section headers are what linkers write last.
  const std::uintmax_t end = header->e_shoff + std::uintmax_t{header->e_shentsize} * header->e_shnum;
  if (header->e_shoff > size || end > size || header->e_phoff > size) return base::Error{"is truncated"};
  return {};
}

std::vector<ModuleCatalog::Found> ModuleCatalog::find(const std::vector<std::string>& directories) {
  std::vector<files::path> paths;
  std::error_code error;
  for (const std::string& directory : directories) {
    add_descriptors(directory, paths);
    for (const files::path& entry : entries_of(directory)) {
      if (files::is_directory(entry, error)) add_descriptors(entry, paths);
    }
  }
  if (paths.size() > kMostModules) {
    refused_.push_back("only the first " + std::to_string(kMostModules) + " of " +
                       std::to_string(paths.size()) + " modules are looked at");
    paths.resize(kMostModules);
  }
  std::vector<Found> found;
  for (const files::path& path : paths) {
    auto text = read_file(path);
    if (text) {
      found.push_back({path.native(), *std::move(text), {}});
    } else {
      refused_.push_back(path.native() + ": it cannot be read, or is too large");
    }
  }
  return found;
}

void ModuleCatalog::load(const std::vector<std::string>& directories, const ModuleHost& host,
                         const MakeOrigin& make_origin) {
  std::vector<Found> left = find(directories);
  // A module may name classes of one that comes later, so those that fail have another turn as long as others
  // do not.
  for (bool progress = true; progress && !left.empty();) {
    const std::size_t before = left.size();
    std::erase_if(left, [&](Found& found) { return add(found, host, make_origin); });
    progress = left.size() < before;
  }
  for (const Found& found : left) refused_.push_back(found.path + ": " + joined(found.problems));
}

bool ModuleCatalog::add(Found& found, const ModuleHost& host, const MakeOrigin& make_origin) {
  ReadDescriptor read = read_descriptor(found.text, modules_, host);
  found.problems = std::move(read.problems);
  if (!read.tables) return false;
  ModuleTables& tables = *read.tables;
  const std::string library = files::path(found.path).replace_filename(tables.library).native();
  if (const auto checked = check_shared_object(library); !checked) {
    found.problems = {"its library " + library + " " + checked.error().message};
    return false;
  }
  std::vector<const pipeline::ClassInfo*> created;
  for (const pipeline::ClassInfo* info : tables.own_classes) {
    if (info->create) created.push_back(info);
  }
  origins_.push_back(make_origin(library, std::move(created)));
  for (pipeline::ClassInfo* info : tables.own_classes) info->origin = origins_.back().get();
  modules_.push_back(tables.info);
  tables_.push_back(std::move(read.tables));
  return true;
}

}  // namespace kaskado::control
