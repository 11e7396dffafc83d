#include "common/glue.hpp"

#include <stdexcept>
#include <utility>

namespace kaskado::filters {

void fetch_image(sdk::FilterContext& context, const std::string& parameter, const std::string& uri,
                 std::function<void(Image)> done) {
  if (uri.empty()) throw std::invalid_argument("'" + parameter + "' should not be empty");
  context.fetch(uri, [&context, parameter, uri, done = std::move(done)](const sdk::Fetched& fetched) {
    std::string problem = fetched.error;
    std::optional<Image> image;
    if (fetched.ok()) image = decode_image(fetched.bytes, problem);
    if (image) {
      done(std::move(*image));
    } else {
      context.raise_error("'" + parameter + "': no image from '" + uri + "': " + problem);
    }
  });
}

}  // namespace kaskado::filters
