// Payloads that are the frame.
#include "fuzz/support/depacketizer_target.hpp"

using namespace kaskado;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::depacketize({codec::CodecId::opus}, {1, 0}, {data, size});
  fuzz::depacketize({codec::CodecId::pcmu}, {1, 0}, {data, size});
  fuzz::depacketize({codec::CodecId::speex}, {1, 0}, {data, size});
  return 0;
}
