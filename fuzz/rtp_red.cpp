// Redundant audio (RFC 2198): blocks lie within the payload, one behind the other.
#include "fuzz/support/require.hpp"
#include "rtp/red.hpp"

using namespace kaskado;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 2000) return 0;
  const auto blocks = rtp::RedBlocks::parse({data, size});
  if (!blocks) return 0;
  std::size_t at = blocks->redundant().size() * rtp::kRedHeaderBytes + rtp::kRedPrimaryBytes;
  for (const rtp::RedBlock& block : blocks->redundant()) {
    require(block.offset == at && block.type.value < 128);
    require(block.earlier <= rtp::kMaxRedEarlier && block.length <= rtp::kMaxRedBlockBytes);
    at += block.length;
  }
  require(blocks->primary().offset == at && at + blocks->primary().length == size);
  // What is read can be written again.
  std::uint8_t header[rtp::kRedHeaderBytes];
  for (std::size_t i = 0; i < blocks->redundant().size(); ++i) {
    const rtp::RedBlock& block = blocks->redundant()[i];
    rtp::write_red_header(block.type, block.earlier, block.length, header);
    for (std::size_t k = 0; k < rtp::kRedHeaderBytes; ++k) require(header[k] == data[i * rtp::kRedHeaderBytes + k]);
  }
  return 0;
}
