// From addresses to names of functions, without allocating, locking or trusting what is read: for the moment
// in which the process crashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kaskado::base {

struct FunctionName {
  std::string_view mangled;  // into the file; empty where no function has the address
  std::uint64_t offset = 0;  // of the address from its beginning
};

// `file` is a 64-bit ELF file as a whole (System V ABI, chapter 4), `address` what its first byte is loaded
// at taken away. Static functions are found too, unless the file is stripped: then only those that it
// exports.
FunctionName find_function(std::span<const std::byte> file, std::uint64_t address);

// "kaskado::pipeline::Shard::on_batch" for "_ZN7kaskado8pipeline5Shard8on_batchEv": the names alone, up to
// where templates begin (Itanium C++ ABI §5.1). What is not made of names is given back as it is. Written to
// `into`, cut where that is full.
std::string_view readable_name(std::string_view mangled, std::span<char> into);

}  // namespace kaskado::base
