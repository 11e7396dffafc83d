// Images that clients name: whatever the bytes are, they decode within bounds or give a reason.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kaskado::filters;
  std::string problem;
  const auto image = decode_image({data, size}, problem);
  if (image.has_value() == !problem.empty()) std::abort();
  if (!image) return 0;
  if (image->empty() || image->rgba.total() > static_cast<std::size_t>(kMostImagePixels)) std::abort();
  // Colours are multiplied by alpha.
  const std::uint8_t* const pixel = image->rgba.ptr(image->rgba.rows - 1);
  if (pixel[0] > pixel[3] || pixel[1] > pixel[3] || pixel[2] > pixel[3]) std::abort();
  return 0;
}
