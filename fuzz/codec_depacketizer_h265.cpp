// Payloads of H265: a start code for each unit, of which an aggregation has one in four octets.
#include "fuzz/support/depacketizer_target.hpp"

using namespace kaskado;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::depacketize({codec::CodecId::h265}, {4, 0}, {data, size});
  return 0;
}
