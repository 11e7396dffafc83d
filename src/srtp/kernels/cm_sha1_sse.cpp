// AES in counter mode with HMAC-SHA1 (RFC 3711 §4). Nearly all of the time is SHA-1's, whose instructions
// each wait for the one before; sealing encrypts in the gaps between them. Hence one block a register is
// enough for AES, and wider ones would change nothing.
#include <string.h>

#include "srtp/kernels/sha1_block.hpp"

namespace kaskado::srtp::kernels {
namespace {

constexpr std::size_t kInner = 0, kOuter = kShaStateBytes, kRoundKeys = 2 * kShaStateBytes;
constexpr std::size_t kStepBytes = 4 * kBlockBytes;
constexpr std::size_t kLengthBytes = 8;

// XORs key stream onto a text, 64 bytes a step. A step is made of stages: making the counters, the rounds of
// AES, and storing.
template <int Rounds>
class KeyStream {
 public:
  KASKADO_KERNEL explicit KeyStream(CounterBlock counter, const CmPacket& packet)
      : round_keys_(packet.schedule + kRoundKeys),
        counter_(as_number(counter)),
        in_(packet.payload),
        out_(packet.packet + packet.header_bytes),
        left_(packet.payload_bytes) {}

  KASKADO_KERNEL bool is_done() const { return left_ == 0; }
  KASKADO_KERNEL bool has_whole_step() const { return left_ >= kStepBytes; }

  // One stage of a whole step, in ascending order.
  template <int Stage>
  KASKADO_KERNEL void stage() {
    if constexpr (Stage == 0) start();
    if constexpr (Stage > 0 && Stage < Rounds)
      for (Block& block : stream_) block = _mm_aesenc_si128(block, round_key(Stage));
    if constexpr (Stage == Rounds)
      for (Block& block : stream_) block = _mm_aesenclast_si128(block, round_key(Stage));
    if constexpr (Stage == kStages - 1) finish();
  }

  KASKADO_KERNEL void step() {
    if (left_ == 0) return;
    if (has_whole_step()) return run(std::make_integer_sequence<int, kStages>{});
    run(std::make_integer_sequence<int, kStages - 1>{});
    for (std::size_t i = 0; i < 4 && left_ > i * kBlockBytes; ++i) {
      const std::size_t bytes = left_ - i * kBlockBytes;
      apply(i, bytes < kBlockBytes ? bytes : kBlockBytes);
    }
    left_ = 0;
  }

 private:
  static constexpr int kStages = Rounds + 2;

  template <int... Stage>
  KASKADO_KERNEL void run(std::integer_sequence<int, Stage...>) {
    (stage<Stage>(), ...);
  }

  KASKADO_KERNEL Block round_key(int round) const {
    return load_aligned(round_keys_ + kBlockBytes * static_cast<std::size_t>(round));
  }

  KASKADO_KERNEL void start() {
    for (Block& block : stream_) {
      block = _mm_xor_si128(byte_swapped(counter_), round_key(0));
      // RFC 3711 §4.1.1: the packet's counter has 16 bits, so that no carry leaves the lowest word.
      counter_ = _mm_add_epi32(counter_, _mm_set_epi32(0, 0, 0, 1));
    }
  }

  KASKADO_KERNEL void finish() {
    for (std::size_t i = 0; i < 4; ++i) apply(i, kBlockBytes);
    in_ += kStepBytes;
    out_ += kStepBytes;
    left_ -= kStepBytes;
  }

  KASKADO_KERNEL void apply(std::size_t i, std::size_t bytes) {
    const Block text = load_part(in_ + i * kBlockBytes, bytes);
    store_part(out_ + i * kBlockBytes, _mm_xor_si128(text, stream_[i]), bytes);
  }

  const std::uint8_t* round_keys_;
  Block counter_;
  Block stream_[4];
  const std::uint8_t* in_;
  std::uint8_t* out_;
  std::size_t left_;
};

// Pads the last `used` bytes of a message that stands behind one block of HMAC's pad (FIPS 180-4 §5.1.1), and
// absorbs them.
inline ShaState absorb_last(ShaState state, std::uint8_t (&tail)[2 * kShaBlockBytes], std::size_t used,
                            std::size_t message_bytes) {
  const std::size_t end = used + 1 + kLengthBytes <= kShaBlockBytes ? kShaBlockBytes : 2 * kShaBlockBytes;
  tail[used] = 0x80;
  __builtin_memset(tail + used + 1, 0, end - kLengthBytes - used - 1);
  store_word<std::uint64_t>(tail + end - kLengthBytes,
                            __builtin_bswap64((kShaBlockBytes + message_bytes) * 8));
  for (std::size_t at = 0; at < end; at += kShaBlockBytes) state = absorb(state, tail + at);
  return state;
}

// RFC 2104 §2, from the inner state that has taken all whole blocks of a message and misses its `rest` and
// the trailer.
inline void close_hmac(const std::uint8_t* schedule, ShaState inner, const std::uint8_t* rest,
                       std::size_t message_bytes, std::uint32_t trailer, std::uint8_t* digest) {
  alignas(kBlockBytes) std::uint8_t tail[2 * kShaBlockBytes];
  const std::size_t used = message_bytes % kShaBlockBytes;
  if (used != 0) __builtin_memcpy(tail, rest, used);
  store_word<std::uint32_t>(tail + used, __builtin_bswap32(trailer));
  absorb_last(inner, tail, used + sizeof trailer, message_bytes + sizeof trailer).store_digest(tail);
  absorb_last(ShaState::load(schedule + kOuter), tail, kDigestBytes, kDigestBytes).store_digest(digest);
}

inline void sign_message(const std::uint8_t* schedule, const std::uint8_t* message, std::size_t bytes,
                         std::uint32_t trailer, std::uint8_t* digest) {
  ShaState state = ShaState::load(schedule + kInner);
  const std::uint8_t* at = message;
  for (std::size_t left = bytes; left >= kShaBlockBytes; left -= kShaBlockBytes, at += kShaBlockBytes)
    state = absorb(state, at);
  close_hmac(schedule, state, at, bytes, trailer, digest);
}

// The key stream keeps two steps ahead of the hash, whose block never reaches past as many steps as there are
// blocks, since a header stands before the text. Bytes are hashed long after they were stored, so that loads
// which do not fit one store do not wait for it.
template <int Rounds>
inline void seal_packet(CounterBlock counter, const CmPacket& packet, std::uint32_t trailer,
                        std::uint8_t* digest) {
  const std::size_t bytes = packet.header_bytes + packet.payload_bytes;
  KeyStream<Rounds> key_stream(counter, packet);
  key_stream.step();
  key_stream.step();
  ShaState state = ShaState::load(packet.schedule + kInner);
  const std::uint8_t* at = packet.packet;
  for (std::size_t left = bytes; left >= kShaBlockBytes; left -= kShaBlockBytes, at += kShaBlockBytes) {
    if (key_stream.has_whole_step()) {
      state = absorb(state, at, key_stream);
    } else {
      key_stream.step();
      state = absorb(state, at);
    }
  }
  close_hmac(packet.schedule, state, at, bytes, trailer, digest);
}

template <int Rounds>
inline void apply_all(CounterBlock counter, const CmPacket& packet) {
  KeyStream<Rounds> key_stream(counter, packet);
  while (!key_stream.is_done()) key_stream.step();
}

// The state behind one block of the key xored with `pad`.
inline void absorb_pad(std::uint8_t* state, const std::uint8_t* auth_key, std::uint8_t pad) {
  std::uint8_t block[kShaBlockBytes];
  __builtin_memset(block, pad, sizeof block);
  for (std::size_t i = 0; i < kDigestBytes; ++i) block[i] = static_cast<std::uint8_t>(block[i] ^ auth_key[i]);
  absorb(ShaState::initial(), block).store(state);
  explicit_bzero(block, sizeof block);
}

}  // namespace

void SseCmSha1::expand(std::uint8_t* schedule, const std::uint8_t* key, std::size_t key_bytes,
                       const std::uint8_t* auth_key) {
  absorb_pad(schedule + kInner, auth_key, 0x36);
  absorb_pad(schedule + kOuter, auth_key, 0x5c);
  expand_key(schedule + kRoundKeys, key, key_bytes);
}

void SseCmSha1::seal(CounterBlock counter, const CmPacket& packet, std::uint32_t trailer,
                     std::uint8_t* digest) {
  if (packet.key_bytes == 32) return seal_packet<14>(counter, packet, trailer, digest);
  seal_packet<10>(counter, packet, trailer, digest);
}

void SseCmSha1::apply_key_stream(CounterBlock counter, const CmPacket& packet) {
  if (packet.key_bytes == 32) return apply_all<14>(counter, packet);
  apply_all<10>(counter, packet);
}

void SseCmSha1::sign(const std::uint8_t* schedule, const std::uint8_t* message, std::size_t bytes,
                     std::uint32_t trailer, std::uint8_t* digest) {
  sign_message(schedule, message, bytes, trailer, digest);
}

}  // namespace kaskado::srtp::kernels
