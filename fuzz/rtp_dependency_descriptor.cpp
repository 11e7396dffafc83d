// AV1's dependency descriptors of one stream, each behind an octet with its length: structures come, go and contradict
// the frames that name them.
#include <algorithm>

#include "fuzz/support/require.hpp"
#include "rtp/dependency_descriptor.hpp"

using namespace kaskado;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rtp::DependencyStructure structure;
  base::Bytes rest{data, std::min<std::size_t>(size, 4000)};
  while (!rest.empty()) {
    const std::size_t length = std::min<std::size_t>(rest[0], rest.size() - 1);
    rtp::DependencyStructure next;
    const auto descriptor = rtp::read_dependency_descriptor(rest.subspan(1, length), next);
    rest = rest.subspan(1 + length);
    if (!descriptor) continue;
    require(length >= 3);
    if (descriptor->has_structure) structure = next;
    const rtp::VideoLayer layer = rtp::layer_of(*descriptor, structure);
    require(layer.spatial <= 3 && layer.temporal <= 7);
    require(layer.described == structure.find(descriptor->template_id).has_value());
  }
  return 0;
}
