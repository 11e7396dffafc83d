// Payloads of H264: a start code and a header for each unit, of which an aggregation has one in three octets.
#include "fuzz/support/depacketizer_target.hpp"

using namespace kaskado;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::depacketize({codec::CodecId::h264}, {5, 0}, {data, size});
  return 0;
}
