// Certificates that all tests of the executable share, and the day that virtual time begins.
#pragma once

#include <map>
#include <memory>

#include "base/time.hpp"
#include "dtls/certificate.hpp"

namespace kaskado::sim {

// As virtual_gettimeofday.cpp has it.
inline base::WallTime wall_time_at(base::Instant when) {
  return {1'800'000'000'000'000'000 + when.time_since_epoch().count()};
}

inline std::shared_ptr<const dtls::Certificate> rsa_certificate() {
  static const auto made = dtls::Certificate::generate(dtls::KeyType::rsa_2048, wall_time_at({})).value();
  return made;
}

inline std::shared_ptr<const dtls::Certificate> test_certificate(int which) {
  static std::map<int, std::shared_ptr<const dtls::Certificate>> made;
  auto& certificate = made[which];
  if (!certificate)
    certificate = dtls::Certificate::generate(dtls::KeyType::ecdsa_p256, wall_time_at({})).value();
  return certificate;
}

}  // namespace kaskado::sim
