// Which implementation of a profile's ciphers runs: OpenSSL's, which is always there, or one of the kernels
// that this CPU and its operating system can run. Chosen once a process; tests and benchmarks name one.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "srtp/profile.hpp"

namespace kaskado::srtp {

// In order of speed.
enum class Engine : std::uint8_t {
  evp,   // OpenSSL
  sse,   // AES-NI with PCLMULQDQ or SHA-NI
  wide,  // VAES and VPCLMULQDQ on AVX-512; AEAD profiles only
};

inline constexpr std::array kAllEngines{Engine::evp, Engine::sse, Engine::wide};

std::string_view name(Engine engine);
// Whether this build and this machine have it for `profile`.
bool is_available(Engine engine, Profile profile);
Engine fastest_engine(Profile profile);

}  // namespace kaskado::srtp
