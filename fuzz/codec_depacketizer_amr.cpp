// Payloads of AMR, in both forms: an octet for each entry of six bits.
#include "fuzz/support/depacketizer_target.hpp"

using namespace kaskado;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::depacketize({codec::CodecId::amr_nb, true}, {1, 0}, {data, size});
  fuzz::depacketize({codec::CodecId::amr_nb, false}, {2, 0}, {data, size});
  return 0;
}
