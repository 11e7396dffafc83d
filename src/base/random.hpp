// Randomness as an argument: the system's in the server, a seeded one in tests and simulations.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"

namespace kaskado::base {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableBytes out) = 0;

  std::uint32_t u32();
  std::uint64_t u64();
  // Uniform in [0, bound); bound must not be 0.
  std::uint32_t below(std::uint32_t bound);
  // Uniform in [0, 1).
  double unit();
  // `length` characters of the base64 alphabet without '=', as ICE wants them (RFC 8839 §5.4 ice-char).
  std::string ice_chars(std::size_t length);
  // A version 4 UUID in its text form (RFC 9562 §5.4).
  std::string uuid();
};

// getrandom(2), read ahead: most of what is asked for are a few bytes, and the system call costs as much for one
// as for all of them. Whoever has it uses it on one thread, and does not fork.
class SystemRandom final : public Random {
 public:
  SystemRandom() = default;
  ~SystemRandom() override;
  SystemRandom(const SystemRandom&) = delete;

  // What was given is nowhere else: the copy here is cleared.
  void fill(MutableBytes out) override;

 private:
  std::array<std::uint8_t, 256> ahead_{};
  std::size_t left_ = 0;  // at the end of `ahead_`
};

// SplitMix64: repeatable, for tests and simulations only.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(MutableBytes out) override;

 private:
  std::uint64_t state_;
};

}  // namespace kaskado::base
