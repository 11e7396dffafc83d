// PassingFilter: a filter that takes every picture and changes nothing, for bench/frames.
#include <kaskado/module.hpp>

namespace kaskado::bench {
namespace {

class PassingFilter final : public sdk::VideoFilter {
 public:
  using VideoFilter::VideoFilter;
  void process(sdk::VideoFrame&) override {}
};

}  // namespace
}  // namespace kaskado::bench

KASKADO_MODULE(module) {
  module.filter<kaskado::bench::PassingFilter>("PassingFilter");
}
