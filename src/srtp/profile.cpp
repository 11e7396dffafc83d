#include "srtp/profile.hpp"

#include <algorithm>
#include <string>

namespace kaskado::srtp {

base::Result<MasterKey> MasterKey::from(Profile profile, base::Bytes key, base::Bytes salt) {
  const ProfileTraits& wanted = traits(profile);
  if (key.size() != wanted.key_bytes || salt.size() != wanted.salt_bytes)
    return base::Error{"SRTP master key and salt of " + std::to_string(key.size()) + " and " +
                       std::to_string(salt.size()) + " bytes do not fit " + std::string(wanted.name)};
  MasterKey master;
  master.profile = profile;
  std::ranges::copy(key, master.key.data());
  std::ranges::copy(salt, master.salt.data());
  return master;
}

}  // namespace kaskado::srtp
