// HMAC-SHA1 (RFC 2104) with the states after the inner and outer pads made once, so that a packet costs its
// own blocks, one closing block and one outer block, and no context.
#pragma once

#include <array>

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace kaskado::srtp {

class HmacSha1 {
 public:
  static constexpr std::size_t kDigestBytes = 20;
  using Digest = std::array<std::uint8_t, kDigestBytes>;

  // `key` has at most 64 bytes.
  explicit HmacSha1(base::Bytes key);

  // The digest of `message` followed by `trailer` in network order (the ROC or the SRTCP index, which
  // RFC 3711 §4.2 puts behind the authenticated portion). `message` is shorter than 2^29 bytes.
  Digest sign(base::Bytes message, std::uint32_t trailer) const;
  // As sign(), without the trailer.
  Digest sign(base::Bytes message) const;

 private:
  using State = base::Secret<kDigestBytes>;  // the five chaining words in the machine's order

  State inner_;
  State outer_;
};

}  // namespace kaskado::srtp
