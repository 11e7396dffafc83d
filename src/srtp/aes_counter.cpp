#include "srtp/aes_counter.hpp"

#include <openssl/evp.h>

namespace kaskado::srtp {

bool AesCounter::apply(const Block& iv, base::Bytes in, std::uint8_t* out) {
  if (in.empty()) return true;
  int written = 0;
  return EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, iv.data(), nullptr) == 1 &&
         EVP_EncryptUpdate(context_.get(), out, &written, in.data(), static_cast<int>(in.size())) == 1;
}

}  // namespace kaskado::srtp
