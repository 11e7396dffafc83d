// GCM with four blocks a register: Intel since Ice Lake, AMD since Zen 4. Each round key is
// loaded into all four lanes, and masks take the place of any care for the last bytes.
#include "srtp/kernels/gcm_algorithm.hpp"

namespace kaskado::srtp::kernels {
namespace {

struct FourBlocks {
  static constexpr std::size_t kBlocks = 4;
  static constexpr std::size_t kChunk = 4;

  __m512i v;

  // One bit for each of the first `bytes` of 64.
  KASKADO_KERNEL static __mmask64 mask(std::size_t bytes) {
    return _cvtu64_mask64(_bzhi_u64(~0ull, static_cast<unsigned>(bytes)));
  }

  KASKADO_KERNEL static FourBlocks zero() { return {_mm512_setzero_si512()}; }
  KASKADO_KERNEL static FourBlocks from_block(Block block) { return {_mm512_zextsi128_si512(block)}; }
  KASKADO_KERNEL static FourBlocks broadcast(const std::uint8_t* p) {
    return {_mm512_broadcast_i32x4(load_aligned(p))};
  }
  KASKADO_KERNEL static FourBlocks load(const std::uint8_t* p) { return {_mm512_loadu_si512(p)}; }
  KASKADO_KERNEL static FourBlocks load_part(const std::uint8_t* p, std::size_t bytes) {
    return {_mm512_maskz_loadu_epi8(mask(bytes), p)};
  }
  KASKADO_KERNEL void store(std::uint8_t* p) const { _mm512_storeu_si512(p, v); }
  KASKADO_KERNEL void store_part(std::uint8_t* p, std::size_t bytes) const {
    _mm512_mask_storeu_epi8(p, mask(bytes), v);
  }
  KASKADO_KERNEL FourBlocks first(std::size_t bytes) const { return {_mm512_maskz_mov_epi8(mask(bytes), v)}; }

  KASKADO_KERNEL static FourBlocks first_counters(Block j0) {
    return {_mm512_add_epi32(_mm512_broadcast_i32x4(j0),
                             _mm512_set_epi32(0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1))};
  }
  KASKADO_KERNEL FourBlocks next_counters() const {
    return {_mm512_add_epi32(v, _mm512_set4_epi32(0, 0, 0, 4))};
  }

  KASKADO_KERNEL FourBlocks operator^(FourBlocks other) const { return {_mm512_xor_si512(v, other.v)}; }
  KASKADO_KERNEL FourBlocks byte_swapped() const {
    return {_mm512_shuffle_epi8(
        v, _mm512_broadcast_i32x4(_mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)))};
  }
  KASKADO_KERNEL FourBlocks aes_round(FourBlocks key) const { return {_mm512_aesenc_epi128(v, key.v)}; }
  KASKADO_KERNEL FourBlocks aes_last_round(FourBlocks key) const {
    return {_mm512_aesenclast_epi128(v, key.v)};
  }

  KASKADO_KERNEL void multiply_into(Sums<FourBlocks>& sums, FourBlocks power) const {
    constexpr int kXor3 = 0x96;
    sums.low.v = _mm512_xor_si512(sums.low.v, _mm512_clmulepi64_epi128(v, power.v, 0x00));
    sums.high.v = _mm512_xor_si512(sums.high.v, _mm512_clmulepi64_epi128(v, power.v, 0x11));
    sums.middle.v = _mm512_ternarylogic_epi64(sums.middle.v, _mm512_clmulepi64_epi128(v, power.v, 0x01),
                                              _mm512_clmulepi64_epi128(v, power.v, 0x10), kXor3);
  }
  // The sum of the lanes.
  KASKADO_KERNEL Block folded() const {
    const __m256i half = _mm256_xor_si256(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    return _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  }
};

}  // namespace

void WideGcm::expand(std::uint8_t* schedule, const std::uint8_t* key, std::size_t key_bytes) {
  expand_gcm(schedule, key, key_bytes);
}
void WideGcm::seal(CounterBlock j0, const GcmPacket& packet, std::uint8_t* tag) {
  store_block(tag, GcmPass<FourBlocks, Task::seal>(j0, packet).run(packet));
}
bool WideGcm::open(CounterBlock j0, const GcmPacket& packet, const std::uint8_t* tag) {
  return open_gcm<FourBlocks>(j0, packet, tag);
}

}  // namespace kaskado::srtp::kernels
