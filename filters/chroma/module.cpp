// ChromaFilter.
#include <cstdint>
#include <kaskado/module.hpp>

#include "chroma_key.hpp"
#include "common/glue.hpp"

namespace kaskado::filters {

namespace {

class ChromaFilter final : public sdk::VideoFilter {
 public:
  ChromaFilter(sdk::FilterContext& context, const WindowParam& window, const std::string& background)
      : VideoFilter(context), key_(window.area()) {
    keep_to_one_thread();
    if (!background.empty()) fetch_background("backgroundImage", background);
  }

  void process(sdk::VideoFrame& frame) override { key_.process(edited(frame)); }

  void set_background(const std::string& uri) { fetch_background("uri", uri); }
  void unset_background() {
    ++version_;
    key_.set_background({});
  }

 private:
  void fetch_background(const std::string& parameter, const std::string& uri) {
    const std::uint64_t version = ++version_;
    fetch_image(context(), parameter, uri, [this, version](Image image) {
      if (version == version_) key_.set_background(Sprite(std::move(image)));
    });
  }

  ChromaKey key_;
  std::uint64_t version_ =
      0;  // of what was asked for last: an image that comes later than its successor is not shown
};

}  // namespace

}  // namespace kaskado::filters

KASKADO_MODULE(module) {
  using namespace kaskado::filters;
  module.filter<ChromaFilter, WindowParam, std::string>("ChromaFilter")
      .method("setBackground", &ChromaFilter::set_background)
      .method("unsetBackground", &ChromaFilter::unset_background);
}
