// AES-GCM (NIST SP 800-38D) of one packet in one pass, over registers of any width. A kernel brings the type
// `Wide`, a register of Wide::kBlocks blocks, and gets seal and open for it.
//
// Text is worked on in chunks of Wide::kChunk registers, whose AES rounds run side by side: each round's
// latency is hidden behind the other registers' rounds. Hashing a chunk does not depend on the next one's
// AES, so that an out-of-order CPU does both at once without being told how.
//
// GHASH (§6.4) of blocks X1 … Xn is X1·H^n + … + Xn·H^1 in GF(2^128), of which a product costs four
// carry-less multiplications and a reduction by the field's polynomial. Sums may be reduced instead of their
// terms, as reduction is linear: blocks are hashed in groups of up to kHashPowers, each block times the power
// of H that belongs to its place, and reduced once a group. An audio packet is one group.
//
// A block is kept byte-swapped in a register. GCM's first bit (x^0) is then the number's highest, a mirror
// image, in which the product of two 128-bit numbers comes out one bit too low. The powers are stored times x
// to make up for that, once a key instead of once a product.
#pragma once

#include "srtp/kernels/sse_block.hpp"

namespace kaskado::srtp::kernels {
namespace {

// x^127 + x^126 + x^121: what the mirrored polynomial x^128 + x^127 + x^126 + x^121 + 1 has in its upper
// half.
constexpr long long kPolynomial = static_cast<long long>(0xc200000000000000u);

// Not yet reduced products: low + middle·x^64 + high·x^128.
struct BlockSums {
  Block low, middle, high;
};
template <typename Wide>
struct Sums {
  Wide low, middle, high;  // sums lane by lane
};

// Divides by x^128 modulo the polynomial, which turns the product of a mirrored number and a stored power
// into a mirrored number (Montgomery's reduction). Each step adds the multiple of the polynomial that makes
// the lowest 64 bits zero, and drops them.
KASKADO_KERNEL Block reduce(BlockSums sums) {
  const Block polynomial = _mm_set_epi64x(0, kPolynomial);
  const Block low = _mm_xor_si128(sums.low, _mm_slli_si128(sums.middle, 8));
  const Block high = _mm_xor_si128(sums.high, _mm_srli_si128(sums.middle, 8));
  const Block once = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, polynomial, 0x00));
  const Block twice =
      _mm_xor_si128(_mm_shuffle_epi32(once, 0x4e), _mm_clmulepi64_si128(once, polynomial, 0x00));
  return _mm_xor_si128(high, twice);
}

KASKADO_KERNEL BlockSums product(Block a, Block b) {
  return {_mm_clmulepi64_si128(a, b, 0x00),
          _mm_xor_si128(_mm_clmulepi64_si128(a, b, 0x01), _mm_clmulepi64_si128(a, b, 0x10)),
          _mm_clmulepi64_si128(a, b, 0x11)};
}

KASKADO_KERNEL std::size_t blocks_of(std::size_t bytes) {
  return (bytes + kBlockBytes - 1) / kBlockBytes;
}

template <typename Wide>
class Ghash {
 public:
  KASKADO_KERNEL explicit Ghash(const std::uint8_t* powers) : powers_(powers) {}

  KASKADO_KERNEL bool group_is_full() const { return left_ == 0; }

  // Closes the group before, and opens one of `blocks` (at most kHashPowers).
  KASKADO_KERNEL void open_group(std::size_t blocks) {
    if (group_ != 0) hash_ = close_group();
    sums_ = {Wide::zero(), Wide::zero(), Wide::zero()};
    group_ = left_ = blocks;
  }

  // The next `blocks` of the group, which lie in the first lanes of `data`; its other lanes are zero. The
  // powers for those are whatever stands behind the table, which is the round keys.
  KASKADO_KERNEL void add(Wide data, std::size_t blocks) {
    data.multiply_into(sums_, Wide::load(power(left_)));
    left_ -= blocks;
  }

  KASKADO_KERNEL Block finish() { return close_group(); }

 private:
  KASKADO_KERNEL const std::uint8_t* power(std::size_t exponent) const {
    return powers_ + (kHashPowers - exponent) * kBlockBytes;
  }

  // The hash so far counts as if it were added to the group's first block. It is multiplied here, at the end,
  // so that the group's own products need not wait for the reduction before.
  KASKADO_KERNEL Block close_group() {
    BlockSums sums = {sums_.low.folded(), sums_.middle.folded(), sums_.high.folded()};
    const BlockSums before = product(hash_, load_aligned(power(group_)));
    return reduce({_mm_xor_si128(sums.low, before.low), _mm_xor_si128(sums.middle, before.middle),
                   _mm_xor_si128(sums.high, before.high)});
  }

  const std::uint8_t* powers_;
  Sums<Wide> sums_ = {Wide::zero(), Wide::zero(), Wide::zero()};
  Block hash_ = _mm_setzero_si128();
  std::size_t group_ = 0;
  std::size_t left_ = 0;
};

enum class Task { seal, open };

template <typename Wide, Task kTask>
class GcmPass {
 public:
  KASKADO_KERNEL explicit GcmPass(CounterBlock j0, const GcmPacket& packet)
      : round_keys_(packet.schedule + kHashPowers * kBlockBytes),
        rounds_(rounds_of(packet.key_bytes)),
        hash_(packet.schedule),
        j0_(as_number(j0)),
        counter_(Wide::first_counters(j0_)),
        blocks_left_(blocks_of(packet.header_bytes) + blocks_of(packet.bytes) + 1) {}

  // The tag, in network order.
  KASKADO_KERNEL Block run(const GcmPacket& packet) {
    const Block mask = encrypt_block(round_keys_, rounds_, byte_swapped(j0_));
    hash_header(packet.header, packet.header_bytes);
    const std::size_t rest = packet.bytes % kChunkBytes;
    const std::size_t whole = packet.bytes - rest;
    crypt_chunks(packet.in, packet.out, whole);
    crypt_rest(packet.in + whole, packet.out + whole, rest);
    hash_lengths(packet);
    return _mm_xor_si128(byte_swapped(hash_.finish()), mask);
  }

 private:
  static constexpr std::size_t kWideBytes = Wide::kBlocks * kBlockBytes;
  static constexpr std::size_t kChunkBlocks = Wide::kChunk * Wide::kBlocks;
  static constexpr std::size_t kChunkBytes = kChunkBlocks * kBlockBytes;
  static constexpr std::size_t kLeastMiddleRounds = 9;  // of AES-128; AES-256 has four more
  static_assert(Wide::kChunk <= kLeastMiddleRounds);
  static_assert(kHashPowers % kChunkBlocks == 0 && kHashPowers > kChunkBlocks);

  // A group ends with the packet, or between two chunks.
  KASKADO_KERNEL void make_room(std::size_t header_blocks) {
    if (!hash_.group_is_full()) return;
    if (blocks_left_ <= kHashPowers) return hash_.open_group(blocks_left_);
    if (header_blocks >= kHashPowers) return hash_.open_group(kHashPowers);
    hash_.open_group(header_blocks + (kHashPowers - header_blocks) / kChunkBlocks * kChunkBlocks);
  }

  KASKADO_KERNEL void hash(Wide data, std::size_t blocks) {
    hash_.add(data, blocks);
    blocks_left_ -= blocks;
  }

  KASKADO_KERNEL void hash_header(const std::uint8_t* header, std::size_t bytes) {
    while (bytes != 0) {
      make_room(blocks_of(bytes));
      const std::size_t part = bytes < kWideBytes ? bytes : kWideBytes;
      hash(Wide::load_part(header, part).byte_swapped(), blocks_of(part));
      header += part;
      bytes -= part;
    }
  }

  // §7.1 step 5: both lengths in bits close the hash.
  KASKADO_KERNEL void hash_lengths(const GcmPacket& packet) {
    make_room(0);
    hash(Wide::from_block(_mm_set_epi64x(static_cast<long long>(packet.header_bytes * 8),
                                         static_cast<long long>(packet.bytes * 8))),
         1);
  }

  // All chunks. When sealing, a chunk's text is hashed among the rounds of the next; when opening, among its
  // own. Left to itself the CPU would not find the one behind the other: what waits for the last round fills
  // its scheduler.
  KASKADO_KERNEL void crypt_chunks(const std::uint8_t* in, std::uint8_t* out, std::size_t bytes) {
    constexpr std::make_index_sequence<Wide::kChunk> kAll;
    if (bytes < kChunkBytes) return;
    if constexpr (kTask == Task::seal) {
      crypt<Hash::later>(in, out, nullptr, kAll);
      const std::uint8_t* sealed = out;
      for (bytes -= kChunkBytes; bytes >= kChunkBytes; bytes -= kChunkBytes, sealed += kChunkBytes) {
        in += kChunkBytes;
        out += kChunkBytes;
        crypt<Hash::between_rounds>(in, out, sealed, kAll);
      }
      make_room(0);
      hash_text(sealed, kAll);
    } else {
      for (; bytes >= kChunkBytes; bytes -= kChunkBytes, in += kChunkBytes, out += kChunkBytes)
        crypt<Hash::between_rounds>(in, out, in, kAll);
    }
  }

  // What is no whole chunk, a register at a time: they overlap without being told, being few.
  KASKADO_KERNEL void crypt_rest(const std::uint8_t* in, std::uint8_t* out, std::size_t bytes) {
    while (bytes != 0) {
      const std::size_t part = bytes < kWideBytes ? bytes : kWideBytes;
      crypt_register(in, out, part);
      in += part;
      out += part;
      bytes -= part;
    }
  }

  enum class Hash { later, between_rounds };

  // A chunk, of which the sequence has the registers. `text` is the chunk of ciphertext to be hashed
  // meanwhile.
  template <Hash kHash, std::size_t... I>
  KASKADO_KERNEL void crypt(const std::uint8_t* in, std::uint8_t* out, const std::uint8_t* text,
                            std::index_sequence<I...> all) {
    Wide stream[] = {counters_for<I>()...};
    if constexpr (kHash == Hash::between_rounds) make_room(0);
    middle_rounds<kHash>(stream, text, all, std::make_index_sequence<kLeastMiddleRounds>{});
    ((stream[I] = stream[I].aes_last_round(round_key(rounds_)) ^ Wide::load(in + I * kWideBytes)), ...);
    (stream[I].store(out + I * kWideBytes), ...);
  }

  // Bytes that fill one register, or a part of it where they are the last.
  KASKADO_KERNEL void crypt_register(const std::uint8_t* in, std::uint8_t* out, std::size_t bytes) {
    make_room(0);
    Wide stream[] = {counters_for<0>()};
    middle_rounds<Hash::later>(stream, nullptr, std::index_sequence<0>{},
                               std::make_index_sequence<kLeastMiddleRounds>{});
    stream[0] = stream[0].aes_last_round(round_key(rounds_));
    const Wide text = Wide::load_part(in, bytes);
    const Wide other = text ^ stream[0].first(bytes);
    other.store_part(out, bytes);
    hash((kTask == Task::seal ? other : text).byte_swapped(), blocks_of(bytes));
  }

  template <Hash kHash, std::size_t Registers, std::size_t... I, std::size_t... Round>
  KASKADO_KERNEL void middle_rounds(Wide (&stream)[Registers], const std::uint8_t* text,
                                    std::index_sequence<I...> all, std::index_sequence<Round...>) {
    (round_with_hash<kHash, Round>(stream, text, all), ...);
    for (std::size_t round = kLeastMiddleRounds + 1; round < rounds_; ++round)
      one_round(stream, round_key(round), all);
  }
  // One of the registers' texts is hashed every so many rounds.
  template <Hash kHash, std::size_t Round, std::size_t Registers, std::size_t... I>
  KASKADO_KERNEL void round_with_hash(Wide (&stream)[Registers], const std::uint8_t* text,
                                      std::index_sequence<I...> all) {
    constexpr std::size_t kEvery = kLeastMiddleRounds / Registers;
    constexpr std::size_t kText = Round / kEvery;
    one_round(stream, round_key(Round + 1), all);
    if constexpr (kHash == Hash::between_rounds && Round % kEvery == 0 && kText < Registers)
      hash(Wide::load(text + kText * kWideBytes).byte_swapped(), Wide::kBlocks);
  }
  template <std::size_t Registers, std::size_t... I>
  KASKADO_KERNEL static void one_round(Wide (&stream)[Registers], Wide key, std::index_sequence<I...>) {
    ((stream[I] = stream[I].aes_round(key)), ...);
  }

  template <std::size_t... I>
  KASKADO_KERNEL void hash_text(const std::uint8_t* text, std::index_sequence<I...>) {
    (hash(Wide::load(text + I * kWideBytes).byte_swapped(), Wide::kBlocks), ...);
  }

  // The next counters, with the first round key. Whose turn it is does not matter, as long as it is in order.
  template <std::size_t Turn>
  KASKADO_KERNEL Wide counters_for() {
    const Wide counters = counter_.byte_swapped() ^ round_key(0);
    counter_ = counter_.next_counters();
    return counters;
  }

  // The same key in all lanes, loaded anew for each use: the CPU has loads to spare, and registers full of
  // keys were no faster.
  KASKADO_KERNEL Wide round_key(std::size_t round) const {
    return Wide::broadcast(round_keys_ + round * kBlockBytes);
  }

  const std::uint8_t* round_keys_;
  std::size_t rounds_;
  Ghash<Wide> hash_;
  Block j0_;
  Wide counter_;
  std::size_t blocks_left_;  // to be hashed
};

template <typename Wide>
KASKADO_KERNEL bool open_gcm(CounterBlock j0, const GcmPacket& packet, const std::uint8_t* tag) {
  const Block expected = GcmPass<Wide, Task::open>(j0, packet).run(packet);
  // All bytes at once, so in constant time.
  return _mm_movemask_epi8(_mm_cmpeq_epi8(expected, load_block(tag))) == 0xffff;
}

// Twice the mirrored number: times x in the field.
inline Block times_x(Block number) {
  const Block carries = _mm_srli_epi64(number, 63);
  const Block doubled = _mm_or_si128(_mm_slli_epi64(number, 1), _mm_slli_si128(carries, 8));
  const Block overflow = _mm_sub_epi64(_mm_setzero_si128(), _mm_srli_si128(carries, 8));
  const Block mask = _mm_unpacklo_epi64(overflow, overflow);
  return _mm_xor_si128(doubled, _mm_and_si128(mask, _mm_set_epi64x(kPolynomial, 1)));
}

inline void expand_gcm(std::uint8_t* schedule, const std::uint8_t* key, std::size_t key_bytes) {
  std::uint8_t* round_keys = schedule + kHashPowers * kBlockBytes;
  expand_key(round_keys, key, key_bytes);
  const Block zero = _mm_setzero_si128();
  const Block hash_key = encrypt_block(round_keys, rounds_of(key_bytes), zero);
  const Block first = times_x(byte_swapped(hash_key));
  Block power = first;
  for (std::size_t exponent = 1; exponent <= kHashPowers; ++exponent) {
    store_block(schedule + (kHashPowers - exponent) * kBlockBytes, power);
    power = reduce(product(power, first));
  }
}

}  // namespace
}  // namespace kaskado::srtp::kernels
