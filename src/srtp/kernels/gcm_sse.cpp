// GCM with one block a register: every x86-64 CPU since about 2010. Of the 16 registers eight hold blocks
// under way; round keys and powers are read from the schedule where they are used.
#include "srtp/kernels/gcm_algorithm.hpp"

namespace kaskado::srtp::kernels {
namespace {

struct OneBlock {
  static constexpr std::size_t kBlocks = 1;
  static constexpr std::size_t kChunk = 8;

  Block v;

  KASKADO_KERNEL static OneBlock zero() { return {_mm_setzero_si128()}; }
  KASKADO_KERNEL static OneBlock from_block(Block block) { return {block}; }
  KASKADO_KERNEL static OneBlock broadcast(const std::uint8_t* p) { return {load_aligned(p)}; }
  KASKADO_KERNEL static OneBlock load(const std::uint8_t* p) { return {load_block(p)}; }
  KASKADO_KERNEL static OneBlock load_part(const std::uint8_t* p, std::size_t bytes) {
    return {kernels::load_part(p, bytes)};
  }
  KASKADO_KERNEL void store(std::uint8_t* p) const { store_block(p, v); }
  KASKADO_KERNEL void store_part(std::uint8_t* p, std::size_t bytes) const {
    kernels::store_part(p, v, bytes);
  }
  // The first `bytes`, and zeros behind them.
  KASKADO_KERNEL OneBlock first(std::size_t bytes) const {
    const Block places = _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    return {_mm_and_si128(v, _mm_cmpgt_epi8(_mm_set1_epi8(static_cast<char>(bytes)), places))};
  }

  // The counters of the text's first blocks: J0 is the one before.
  KASKADO_KERNEL static OneBlock first_counters(Block j0) { return OneBlock{j0}.next_counters(); }
  KASKADO_KERNEL OneBlock next_counters() const { return {_mm_add_epi32(v, _mm_set_epi32(0, 0, 0, 1))}; }

  KASKADO_KERNEL OneBlock operator^(OneBlock other) const { return {_mm_xor_si128(v, other.v)}; }
  KASKADO_KERNEL OneBlock byte_swapped() const { return {kernels::byte_swapped(v)}; }
  KASKADO_KERNEL OneBlock aes_round(OneBlock key) const { return {_mm_aesenc_si128(v, key.v)}; }
  KASKADO_KERNEL OneBlock aes_last_round(OneBlock key) const { return {_mm_aesenclast_si128(v, key.v)}; }

  KASKADO_KERNEL void multiply_into(Sums<OneBlock>& sums, OneBlock power) const {
    const BlockSums added = product(v, power.v);
    sums = {sums.low ^ OneBlock{added.low}, sums.middle ^ OneBlock{added.middle},
            sums.high ^ OneBlock{added.high}};
  }
  KASKADO_KERNEL Block folded() const { return v; }
};

}  // namespace

void SseGcm::expand(std::uint8_t* schedule, const std::uint8_t* key, std::size_t key_bytes) {
  expand_gcm(schedule, key, key_bytes);
}
void SseGcm::seal(CounterBlock j0, const GcmPacket& packet, std::uint8_t* tag) {
  store_block(tag, GcmPass<OneBlock, Task::seal>(j0, packet).run(packet));
}
bool SseGcm::open(CounterBlock j0, const GcmPacket& packet, const std::uint8_t* tag) {
  return open_gcm<OneBlock>(j0, packet, tag);
}

}  // namespace kaskado::srtp::kernels
