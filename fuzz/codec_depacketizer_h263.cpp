// Payloads of H263: two zeros for each.
#include "fuzz/support/depacketizer_target.hpp"

using namespace kaskado;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::depacketize({codec::CodecId::h263}, {2, 0}, {data, size});
  return 0;
}
