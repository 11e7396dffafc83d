// Inputs that are programs: steps of an operation, a number, and the bytes that it works on.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/bytes.hpp"

namespace kaskado::fuzz {

// At most `most_steps` of the input's steps: `play(operation, number, bytes)`, with an operation below
// `operations`.
template <typename Play>
void play_program(base::Bytes input, std::uint8_t operations, int most_steps, Play play) {
  base::ByteReader program(input);
  for (int steps = 0; steps < most_steps && program.remaining() >= 2; ++steps) {
    const std::uint8_t operation = program.u8() % operations;
    const std::uint8_t number = program.u8();
    const std::size_t length = std::min<std::size_t>(program.u16(), program.remaining());
    play(operation, number, program.take(length));
  }
}

}  // namespace kaskado::fuzz
