// Payloads of AV1: a size field for each OBU, which may be of one octet.
#include "fuzz/support/depacketizer_target.hpp"

using namespace kaskado;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::depacketize({codec::CodecId::av1}, {3, 0}, {data, size});
  return 0;
}
