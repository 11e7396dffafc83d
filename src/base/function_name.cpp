#include "base/function_name.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>

namespace kaskado::base {
namespace {

using Bytes = std::span<const std::byte>;

// False where `file` ends before.
template <typename T>
bool read(Bytes file, std::uint64_t at, T& into) {
  if (at > file.size() || file.size() - at < sizeof into) return false;
  std::memcpy(&into, file.data() + at, sizeof into);
  return true;
}

bool read_section(Bytes file, const Elf64_Ehdr& header, std::uint64_t index, Elf64_Shdr& into) {
  if (header.e_shoff > file.size()) return false;
  return index < header.e_shnum && read(file, header.e_shoff + index * sizeof into, into);
}

Bytes contents(Bytes file, const Elf64_Shdr& section) {
  if (section.sh_offset > file.size() || section.sh_size > file.size() - section.sh_offset) return {};
  return file.subspan(section.sh_offset, section.sh_size);
}

std::string_view name_at(Bytes names, std::uint32_t at) {
  if (at >= names.size()) return {};
  const std::string_view rest(reinterpret_cast<const char*>(names.data()) + at, names.size() - at);
  return rest.substr(0, rest.find('\0'));
}

FunctionName find_in(Bytes symbols, Bytes names, std::uint64_t address) {
  Elf64_Sym symbol;
  for (std::uint64_t at = 0; read(symbols, at, symbol); at += sizeof symbol) {
    const bool is_here = symbol.st_value <= address && address - symbol.st_value < symbol.st_size;
    if (is_here && ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF)
      return {name_at(names, symbol.st_name), address - symbol.st_value};
  }
  return {};
}

// Reads the names of <source-name>s, each behind its length, until something else comes.
class NameReader {
 public:
  NameReader(std::string_view from, std::span<char> into) : from_(from), into_(into) {}

  std::string_view read() {
    while (!from_.empty()) {
      const std::size_t length = take_length();
      if (length == 0 || length > from_.size()) break;
      add(from_.substr(0, length));
      from_.remove_prefix(length);
    }
    return {into_.data(), used_};
  }

 private:
  std::size_t take_length() {
    std::size_t length = 0;
    while (!from_.empty() && from_.front() >= '0' && from_.front() <= '9' && length < 10'000) {
      length = length * 10 + static_cast<std::size_t>(from_.front() - '0');
      from_.remove_prefix(1);
    }
    return length;
  }

  void add(std::string_view name) {
    if (name.starts_with("_GLOBAL__N")) return;  // an unnamed namespace
    if (used_ > 0) append("::");
    append(name);
  }

  void append(std::string_view text) {
    const std::size_t fits = std::min(text.size(), into_.size() - used_);
    std::copy_n(text.data(), fits, into_.data() + used_);
    used_ += fits;
  }

  std::string_view from_;
  std::span<char> into_;
  std::size_t used_ = 0;
};

}  // namespace

FunctionName find_function(std::span<const std::byte> file, std::uint64_t address) {
  Elf64_Ehdr header;
  if (!read(file, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_shentsize != sizeof(Elf64_Shdr)) {
    return {};
  }
  for (const std::uint32_t wanted : {SHT_SYMTAB, SHT_DYNSYM}) {
    for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
      Elf64_Shdr section;
      Elf64_Shdr names;
      if (!read_section(file, header, i, section) || section.sh_type != wanted) continue;
      if (!read_section(file, header, section.sh_link, names)) continue;
      const FunctionName found = find_in(contents(file, section), contents(file, names), address);
      if (!found.mangled.empty()) return found;
    }
  }
  return {};
}

std::string_view readable_name(std::string_view mangled, std::span<char> into) {
  std::string_view rest = mangled;
  if (!rest.starts_with("_Z")) return mangled;
  rest.remove_prefix(2);
  // <local-name>: what is in a function goes by the function's own name.
  while (rest.starts_with('Z')) rest.remove_prefix(1);
  while (!rest.empty() && std::string_view("NLKVRO").find(rest.front()) != std::string_view::npos)
    rest.remove_prefix(1);
  if (rest.starts_with("St")) return mangled;
  const std::string_view readable = NameReader(rest, into).read();
  return readable.empty() ? mangled : readable;
}

}  // namespace kaskado::base
