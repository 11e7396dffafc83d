// Any bytes as the file that a crashed function is looked up in, and as its name.
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/function_name.hpp"
#include "fuzz/support/require.hpp"

using namespace kaskado;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span file(reinterpret_cast<const std::byte*>(data), size);
  std::uint64_t address = 0;
  if (size >= sizeof address) std::memcpy(&address, data + size - sizeof address, sizeof address);
  for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{8}, address}) {
    const base::FunctionName found = base::find_function(file, at);
    require(found.mangled.size() <= size && found.offset <= at);
  }
  std::array<char, 32> text;
  const std::string_view mangled(reinterpret_cast<const char*>(data), size);
  const std::string_view readable = base::readable_name(mangled, text);
  require(readable.size() <= text.size() || readable.data() == mangled.data());
  return 0;
}
