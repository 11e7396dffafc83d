// OpenSSL with randomness and time that are fixed, so that runs with DTLS repeat. For one file of an
// executable.
#pragma once

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>

#include <array>
#include <memory>

#include "base/random.hpp"
#include "dtls/certificate.hpp"
#include "tests/dtls/virtual_gettimeofday.hpp"

namespace kaskado::fuzz {

// What OpenSSL draws from. To be set anew for each run.
inline base::SeededRandom& seeded() {
  static base::SeededRandom random(1);
  return random;
}

inline int seeded_bytes(unsigned char* out, int size) {
  seeded().fill({out, static_cast<std::size_t>(size)});
  return 1;
}

// The certificates are made once, before the first run.
inline const std::shared_ptr<const dtls::Certificate>& certificate(std::size_t which = 0) {
  static const auto kMade = [] {
    static const RAND_METHOD kSeeded{nullptr, seeded_bytes, nullptr, nullptr, seeded_bytes, [] { return 1; }};
    RAND_set_rand_method(&kSeeded);
    std::array<std::shared_ptr<const dtls::Certificate>, 3> made;
    for (auto& one : made)
      one = dtls::Certificate::generate(dtls::KeyType::ecdsa_p256, {1'800'000'000'000'000'000}).value();
    return made;
  }();
  return kMade[which % kMade.size()];
}

}  // namespace kaskado::fuzz
