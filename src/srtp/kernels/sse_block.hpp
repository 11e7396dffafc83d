// One block of 16 bytes in an SSE register, and AES on it. For kernels only: see kernels.hpp for why all of
// it is in an unnamed namespace.
#pragma once

#include <immintrin.h>

#include <utility>  // for sequences of numbers: no functions of it

#include "srtp/kernels/kernels.hpp"

// Lambdas would need it too, so that there are none in kernels.
#define KASKADO_KERNEL [[gnu::always_inline]] inline

namespace kaskado::srtp::kernels {
namespace {

using Block = __m128i;

KASKADO_KERNEL Block load_block(const std::uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const Block*>(p));
}
KASKADO_KERNEL void store_block(std::uint8_t* p, Block block) {
  _mm_storeu_si128(reinterpret_cast<Block*>(p), block);
}
// From memory that is aligned to 16 bytes, which an instruction can then read as its operand.
KASKADO_KERNEL Block load_aligned(const std::uint8_t* p) {
  return _mm_load_si128(reinterpret_cast<const Block*>(p));
}

template <typename Word>
KASKADO_KERNEL std::uint64_t load_word(const std::uint8_t* p) {
  Word word;
  __builtin_memcpy(&word, p, sizeof word);
  return word;
}
template <typename Word>
KASKADO_KERNEL void store_word(std::uint8_t* p, std::uint64_t value) {
  const Word word = static_cast<Word>(value);
  __builtin_memcpy(p, &word, sizeof word);
}

// Up to 8 bytes at `p` as a little-endian number, by two words that overlap in the middle.
KASKADO_KERNEL std::uint64_t load_bytes(const std::uint8_t* p, std::size_t count) {
  if (count >= 4)
    return load_word<std::uint32_t>(p) | load_word<std::uint32_t>(p + count - 4) << (8 * count - 32);
  if (count >= 2)
    return load_word<std::uint16_t>(p) | load_word<std::uint16_t>(p + count - 2) << (8 * count - 16);
  return count == 1 ? *p : 0;
}
KASKADO_KERNEL void store_bytes(std::uint8_t* p, std::uint64_t value, std::size_t count) {
  if (count >= 4) {
    store_word<std::uint32_t>(p, value);
    store_word<std::uint32_t>(p + count - 4, value >> (8 * count - 32));
  } else if (count >= 2) {
    store_word<std::uint16_t>(p, value);
    store_word<std::uint16_t>(p + count - 2, value >> (8 * count - 16));
  } else if (count == 1) {
    *p = static_cast<std::uint8_t>(value);
  }
}

// The first 1 to 16 bytes of a block. Loading fills up with zeros.
KASKADO_KERNEL Block load_part(const std::uint8_t* p, std::size_t count) {
  if (count == kBlockBytes) return load_block(p);
  const std::uint64_t low = count >= 8 ? load_word<std::uint64_t>(p) : load_bytes(p, count);
  const std::uint64_t high = count > 8 ? load_bytes(p + 8, count - 8) : 0;
  return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low));
}
KASKADO_KERNEL void store_part(std::uint8_t* p, Block block, std::size_t count) {
  if (count == kBlockBytes) return store_block(p, block);
  const auto low = static_cast<std::uint64_t>(_mm_cvtsi128_si64(block));
  if (count < 8) return store_bytes(p, low, count);
  store_word<std::uint64_t>(p, low);
  store_bytes(p + 8, static_cast<std::uint64_t>(_mm_extract_epi64(block, 1)), count - 8);
}

// Between network order and a 128-bit number.
KASKADO_KERNEL Block byte_swapped(Block block) {
  return _mm_shuffle_epi8(block, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

// By an instruction that the compiler takes at its word: it would rather store both halves and load them as
// one, which stalls.
KASKADO_KERNEL Block as_number(CounterBlock counter) {
  return _mm_insert_epi64(_mm_cvtsi64_si128(static_cast<long long>(counter.low)),
                          static_cast<long long>(counter.high), 1);
}

constexpr std::size_t rounds_of(std::size_t key_bytes) {
  return key_bytes == 32 ? 14 : 10;
}

KASKADO_KERNEL Block encrypt_block(const std::uint8_t* round_keys, std::size_t rounds, Block block) {
  block = _mm_xor_si128(block, load_aligned(round_keys));
  for (std::size_t round = 1; round < rounds; ++round)
    block = _mm_aesenc_si128(block, load_aligned(round_keys + round * kBlockBytes));
  return _mm_aesenclast_si128(block, load_aligned(round_keys + rounds * kBlockBytes));
}

// FIPS 197 §5.2 SubWord: with the same word in all columns ShiftRows changes nothing, so that the last round
// with a key of zeros is the S-box.
inline std::uint32_t sub_word(std::uint32_t word) {
  const Block all = _mm_set1_epi32(static_cast<int>(word));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_aesenclast_si128(all, _mm_setzero_si128())));
}

// FIPS 197 §5.2, with words as they lie in memory (little-endian), so that RotWord turns to the right.
inline void expand_key(std::uint8_t* round_keys, const std::uint8_t* key, std::size_t key_bytes) {
  const std::size_t key_words = key_bytes / 4;
  const std::size_t all_words = 4 * (rounds_of(key_bytes) + 1);
  std::uint32_t round_constant = 1;
  __builtin_memcpy(round_keys, key, key_bytes);
  for (std::size_t i = key_words; i < all_words; ++i) {
    auto word = static_cast<std::uint32_t>(load_word<std::uint32_t>(round_keys + 4 * (i - 1)));
    if (i % key_words == 0) {
      word = sub_word(word >> 8 | word << 24) ^ round_constant;
      round_constant = round_constant << 1 ^ (round_constant & 0x80 ? 0x11bu : 0u);
    } else if (key_words == 8 && i % 8 == 4) {
      word = sub_word(word);
    }
    word ^= static_cast<std::uint32_t>(load_word<std::uint32_t>(round_keys + 4 * (i - key_words)));
    store_word<std::uint32_t>(round_keys + 4 * i, word);
  }
}

}  // namespace
}  // namespace kaskado::srtp::kernels
