// Libraries that are no good modules, each in its own way, by which of the names below is defined.
#include <stdexcept>

#include <kaskado/module.hpp>

#if defined(NO_ENTRY)
extern "C" int kaskado_module_entri() {
  return 1;
}
#elif defined(OTHER_ABI)
extern "C" const kaskado::sdk::Module* kaskado_module_entry(int) {
  return nullptr;
}
#elif defined(MISSING_SYMBOL)
extern "C" int nobody_defines_this();
extern "C" int kaskado_module_entry() {
  return nobody_defines_this();
}
#elif defined(THROWING)
KASKADO_MODULE(module) {
  module.filter<kaskado::sdk::Filter>("DimFilter");
  throw std::runtime_error("no licence");
}
#elif defined(DIFFERENT)
namespace {
class Dim final : public kaskado::sdk::Filter {
 public:
  using Filter::Filter;
  int steps() const { return 1; }
};
}  // namespace
KASKADO_MODULE(module) {
  module.filter<Dim>("DimFilter")
      .property("steps", &Dim::steps)
      .method("setRegion", &Dim::steps)
      .method("fly", [](Dim&) {});
  module.filter<Dim>("BrightFilter");
}
#endif
