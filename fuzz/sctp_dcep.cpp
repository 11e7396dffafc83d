// Any bytes as a message of DCEP. What the parser takes must come out of the writer and the parser the same.
#include <vector>

#include "fuzz/support/require.hpp"
#include "sctp/dcep.hpp"
#include "sctp/utf8.hpp"

using namespace kaskado::sctp;
using kaskado::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = parse_dcep({data, size});
  if (!message) return 0;
  if (std::holds_alternative<DataChannelAck>(*message)) {
    require(size == 1 && write_ack().front() == data[0]);
    return 0;
  }
  const auto& parameters = std::get<ChannelParameters>(*message);
  require(is_utf8(parameters.label) && is_utf8(parameters.protocol));
  const auto written = write_open(parameters);
  require(written.size() == size);
  const auto again = parse_dcep(written);
  require(again && std::get<ChannelParameters>(*again) == parameters);
  return 0;
}
