// The user fragment and password of one side for one ICE session (RFC 8445 §5.3, RFC 8839 §5.4).
#pragma once

#include <string>

#include "base/random.hpp"

namespace kaskado::ice {

struct Credentials {
  static constexpr std::size_t kMaxLength = 256;  // RFC 8839 §5.4, of each

  std::string ufrag;
  std::string password;

  // 48 random bits of ufrag, so that the peers of one port are told apart by it, and 144 of password.
  static Credentials generate(base::Random& random);
  // Whether both are there, within the longest lengths, and the ufrag has no ':' that would split a USERNAME
  // wrongly.
  bool usable() const;
  bool operator==(const Credentials&) const = default;
};

}  // namespace kaskado::ice
