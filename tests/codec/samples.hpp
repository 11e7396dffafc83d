// The files of tests/codec/data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "synthetic.hpp"

namespace kaskado::codec {

inline ByteVector read_sample(const std::string& name) {
  std::ifstream file(std::string(KASKADO_TEST_DATA) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct SampleFrame {
  ByteVector bytes;
  std::int64_t number = 0;  // of its picture, in the order in which they are shown
};

// The frames of an IVF file (tests/codec/data/make.py), in decoding order.
inline std::vector<SampleFrame> read_frames(const std::string& name) {
  const ByteVector file = read_sample(name);
  const auto little_endian = [&](std::size_t at) {
    return std::size_t{file[at]} | std::size_t{file[at + 1]} << 8 | std::size_t{file[at + 2]} << 16 |
           std::size_t{file[at + 3]} << 24;
  };
  std::vector<SampleFrame> frames;
  for (std::size_t at = 32; at + 12 <= file.size();) {
    const std::size_t size = little_endian(at);
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at + 12);
    frames.push_back({.bytes = {begin, begin + static_cast<std::ptrdiff_t>(size)},
                      .number = static_cast<std::int64_t>(little_endian(at + 4))});
    at += 12 + size;
  }
  return frames;
}

}  // namespace kaskado::codec
