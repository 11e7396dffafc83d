// SHA-1 (FIPS 180-4 §6.1.2) by SHA-NI. For kernels only.
#pragma once

#include "srtp/kernels/sse_block.hpp"

namespace kaskado::srtp::kernels {
namespace {

constexpr std::size_t kShaBlockBytes = 64;

// The words a, b, c, d from the highest 32 bits down, and e in the highest of the second register: as the
// instructions want them.
struct ShaState {
  Block abcd, e;

  KASKADO_KERNEL static ShaState load(const std::uint8_t* p) {
    return {load_aligned(p), load_aligned(p + kBlockBytes)};
  }
  KASKADO_KERNEL void store(std::uint8_t* p) const {
    store_block(p, abcd);
    store_block(p + kBlockBytes, e);
  }
  // FIPS 180-4 §5.3.1.
  KASKADO_KERNEL static ShaState initial() {
    return {_mm_set_epi32(0x67452301, static_cast<int>(0xefcdab89), static_cast<int>(0x98badcfe), 0x10325476),
            _mm_set_epi32(static_cast<int>(0xc3d2e1f0), 0, 0, 0)};
  }
  KASKADO_KERNEL void store_digest(std::uint8_t* p) const {
    store_block(p, byte_swapped(abcd));
    store_word<std::uint32_t>(p + kBlockBytes,
                              __builtin_bswap32(static_cast<std::uint32_t>(_mm_extract_epi32(e, 3))));
  }
};

// Rounds 4·Four to 4·Four + 3. `words` is a ring of the last sixteen words of the message schedule, `before`
// is abcd as it was four rounds ago, whose a is the next e.
template <int Four>
KASKADO_KERNEL void four_rounds(Block& abcd, Block& before, Block first_e, Block (&words)[4]) {
  Block& word = words[Four % 4];
  if constexpr (Four >= 4) {
    const Block partial =
        _mm_xor_si128(_mm_sha1msg1_epu32(word, words[(Four + 1) % 4]), words[(Four + 2) % 4]);
    word = _mm_sha1msg2_epu32(partial, words[(Four + 3) % 4]);
  }
  const Block with_e = Four == 0 ? _mm_add_epi32(first_e, word) : _mm_sha1nexte_epu32(before, word);
  before = abcd;
  abcd = _mm_sha1rnds4_epu32(abcd, with_e, Four / 5);
}

template <typename Company, int... Four>
KASKADO_KERNEL void all_rounds(Block& abcd, Block& before, Block first_e, Block (&words)[4], Company& company,
                               std::integer_sequence<int, Four...>) {
  ((four_rounds<Four>(abcd, before, first_e, words), company.template stage<Four>()), ...);
}

// Does company.stage<0>() … stage<19>() between the rounds. Each four rounds wait for the four before, and
// those that wait fill the CPU's scheduler, so that it does not see work that stands behind the block.
template <typename Company>
KASKADO_KERNEL ShaState absorb(ShaState state, const std::uint8_t* block, Company& company) {
  Block words[4] = {byte_swapped(load_block(block)), byte_swapped(load_block(block + 16)),
                    byte_swapped(load_block(block + 32)), byte_swapped(load_block(block + 48))};
  Block abcd = state.abcd;
  Block before = abcd;
  all_rounds(abcd, before, state.e, words, company, std::make_integer_sequence<int, 20>{});
  return {_mm_add_epi32(abcd, state.abcd), _mm_sha1nexte_epu32(before, state.e)};
}

struct NoCompany {
  template <int Stage>
  KASKADO_KERNEL void stage() {}
};
KASKADO_KERNEL ShaState absorb(ShaState state, const std::uint8_t* block) {
  NoCompany nobody;
  return absorb(state, block, nobody);
}

}  // namespace
}  // namespace kaskado::srtp::kernels
