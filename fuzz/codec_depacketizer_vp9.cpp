// Payloads of VP9: a frame is no longer than they are and a super-frame index of eight frames.
#include "fuzz/support/depacketizer_target.hpp"

using namespace kaskado;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::depacketize({codec::CodecId::vp9}, {1, 34}, {data, size});
  return 0;
}
