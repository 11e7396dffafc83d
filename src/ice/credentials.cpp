#include "ice/credentials.hpp"

namespace kaskado::ice {

Credentials Credentials::generate(base::Random& random) {
  return {random.ice_chars(8), random.ice_chars(24)};
}

bool Credentials::usable() const {
  return !ufrag.empty() && ufrag.size() <= kMaxLength && ufrag.find(':') == std::string::npos &&
         !password.empty() && password.size() <= kMaxLength;
}

}  // namespace kaskado::ice
