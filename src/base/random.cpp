#include "base/random.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace kaskado::base {

std::uint32_t Random::u32() {
  std::array<std::uint8_t, 4> bytes;
  fill(bytes);
  return load_u32(bytes.data());
}

std::uint64_t Random::u64() {
  std::array<std::uint8_t, 8> bytes;
  fill(bytes);
  return load_u64(bytes.data());
}

std::uint32_t Random::below(std::uint32_t bound) {
  // Rejection keeps the result unbiased: throw away what lies over the last whole multiple of the bound.
  const std::uint32_t threshold = (0u - bound) % bound;
  for (;;) {
    const std::uint32_t value = u32();
    if (value >= threshold) return value % bound;
  }
}

double Random::unit() { return static_cast<double>(u64() >> 11) * 0x1.0p-53; }

std::string Random::ice_chars(std::size_t length) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text(length, '\0');
  fill({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  for (char& c : text) c = kAlphabet[static_cast<unsigned char>(c) & 63];
  return text;
}

std::string Random::uuid() {
  std::array<std::uint8_t, 16> bytes;
  fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[bytes[i] >> 4];
    text += kHex[bytes[i] & 15];
  }
  return text;
}

namespace {

void read_system(MutableBytes out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) std::abort();  // no randomness means no keys: there is nothing safe to go on with
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace

SystemRandom::~SystemRandom() { explicit_bzero(ahead_.data(), ahead_.size()); }

void SystemRandom::fill(MutableBytes out) {
  if (out.empty()) return;
  if (out.size() >= ahead_.size()) return read_system(out);
  if (out.size() > left_) {
    read_system(ahead_);
    left_ = ahead_.size();
  }
  std::uint8_t* const taken = ahead_.data() + ahead_.size() - left_;
  std::memcpy(out.data(), taken, out.size());
  explicit_bzero(taken, out.size());
  left_ -= out.size();
}

void SeededRandom::fill(MutableBytes out) {
  for (std::size_t i = 0; i < out.size();) {
    state_ += 0x9e3779b97f4a7c15ull;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    z ^= z >> 31;
    for (int byte = 0; byte < 8 && i < out.size(); ++byte, ++i) {
      out[i] = static_cast<std::uint8_t>(z >> (8 * byte));
    }
  }
}

}  // namespace kaskado::base
