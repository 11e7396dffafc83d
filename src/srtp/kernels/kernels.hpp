// The border between this room and its kernels: SRTP's two constructions in the instructions of one CPU
// family each. A kernel is one source file, compiled with the flags of its instruction set, and nothing in it
// may run on a CPU without them. Hence the rule for all that kernels include: no inline function with
// external linkage, or the linker might keep the copy that was compiled for the newer CPU and give it to
// everybody. What crosses the border are plain values and pointers; what kernels share stands in unnamed
// namespaces.
//
// Kernels know bytes, keys and counters; what an SRTP packet looks like is known to the ciphers that call
// them. They read and write the bytes that they are given and none beside them, aligned or not.
#pragma once

#include <cstddef>
#include <cstdint>

// Elsewhere there is nothing behind these declarations, and nobody asks for it.
#ifdef __x86_64__
#define KASKADO_X86_KERNELS
#endif

namespace kaskado::srtp::kernels {

inline constexpr std::size_t kBlockBytes = 16;
inline constexpr std::size_t kRoundKeyBytes = 15 * kBlockBytes;  // of AES-256; AES-128 uses 11 of them

// The counter block of a packet's first block, as the two halves of a big-endian number. GCM's J0 (NIST SP
// 800-38D §7.1) has 1 in its last 32 bits; the counter mode of RFC 3711 §4.1.1 has 0 in its last 16.
struct CounterBlock {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

// What a session keeps of a GCM key: the powers H^kHashPowers … H^1 of the hash key, so that as many blocks
// share one reduction (gcm_algorithm.hpp), and behind them the round keys.
inline constexpr std::size_t kHashPowers = 32;
inline constexpr std::size_t kGcmScheduleBytes = kHashPowers * kBlockBytes + kRoundKeyBytes;
inline constexpr std::size_t kGcmTagBytes = 16;

// The counter block is an argument of its own, so that it comes in registers: as a part of this it would be
// stored in halves and loaded as a whole, and the load would wait for the stores.
struct GcmPacket {
  const std::uint8_t* schedule;  // kGcmScheduleBytes, aligned to 16
  std::size_t key_bytes;         // 16 or 32
  const std::uint8_t* header;    // the associated data
  std::size_t header_bytes;
  const std::uint8_t* in;
  std::uint8_t* out;  // `in` itself, or memory that does not overlap it
  std::size_t bytes;
};

// SSE registers of one block: AES-NI, PCLMULQDQ, SSE 4.1.
struct SseGcm {
  static void expand(std::uint8_t* schedule, const std::uint8_t* key, std::size_t key_bytes);
  static void seal(CounterBlock j0, const GcmPacket& packet, std::uint8_t* tag);
  // One pass: plaintext is in `out` whatever the answer, and means nothing where that is false.
  static bool open(CounterBlock j0, const GcmPacket& packet, const std::uint8_t* tag);
};

// AVX-512 registers of four blocks: VAES, VPCLMULQDQ, AVX-512 F, BW and VL.
struct WideGcm {
  static void expand(std::uint8_t* schedule, const std::uint8_t* key, std::size_t key_bytes);
  static void seal(CounterBlock j0, const GcmPacket& packet, std::uint8_t* tag);
  static bool open(CounterBlock j0, const GcmPacket& packet, const std::uint8_t* tag);
};

// What a session keeps for AES in counter mode with HMAC-SHA1: the chaining words of SHA-1 behind HMAC's
// inner and outer pads, and the round keys.
inline constexpr std::size_t kDigestBytes = 20;
inline constexpr std::size_t kShaStateBytes = 32;  // the five words, and three that are not used
inline constexpr std::size_t kCmScheduleBytes = 2 * kShaStateBytes + kRoundKeyBytes;

struct CmPacket {
  const std::uint8_t* schedule;  // kCmScheduleBytes, aligned to 16
  std::size_t key_bytes;         // 16 or 32
  std::uint8_t* packet;          // a header of header_bytes stands here; the encrypted payload goes behind it
  std::size_t header_bytes;
  const std::uint8_t* payload;  // packet + header_bytes, or memory that does not overlap it
  std::size_t payload_bytes;
};

// AES-NI, SHA-NI, SSE 4.1.
struct SseCmSha1 {
  // `auth_key` has kDigestBytes.
  static void expand(std::uint8_t* schedule, const std::uint8_t* key, std::size_t key_bytes,
                     const std::uint8_t* auth_key);
  // Encrypts, and signs header and ciphertext followed by `trailer` in network order, all in one pass.
  static void seal(CounterBlock counter, const CmPacket& packet, std::uint32_t trailer, std::uint8_t* digest);
  // The two halves by themselves.
  static void apply_key_stream(CounterBlock counter, const CmPacket& packet);
  static void sign(const std::uint8_t* schedule, const std::uint8_t* message, std::size_t bytes,
                   std::uint32_t trailer, std::uint8_t* digest);
};

}  // namespace kaskado::srtp::kernels
