// Text that filters get from codes and from other filters: it becomes UTF-8, and lists of faces are bounded.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/text.hpp"
#include "datachannelexample/face_notes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kaskado::filters;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string valid = valid_utf8(text);
  if (valid_utf8(valid) != valid || valid.size() > 3 * text.size()) std::abort();
  const std::vector<cv::Rect> faces = read_faces(text);
  if (faces.size() > kMostNotedFaces || read_faces(write_faces(faces)) != faces) std::abort();
  return 0;
}
