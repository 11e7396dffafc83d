// Payloads of VP8: a frame is no longer than they are.
#include "fuzz/support/depacketizer_target.hpp"

using namespace kaskado;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::depacketize({codec::CodecId::vp8}, {1, 0}, {data, size});
  return 0;
}
