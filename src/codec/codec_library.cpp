#include "codec/codec_library.hpp"

#include <array>

#include "base/late_module.hpp"

namespace kaskado::codec {
namespace {

using Module = base::LateModule<CodecModule>;

constexpr const char* kRoom = "codec";
constexpr const char* kEntry = "kaskado_codec_module_2";

Module& module_of(CodecLibrary library) {
  static std::array<Module, 4> modules = {
      Module{kRoom, "libkaskado-vpx.so", kEntry}, Module{kRoom, "libkaskado-openh264.so", kEntry},
      Module{kRoom, "libkaskado-opus.so", kEntry}, Module{kRoom, "libkaskado-avcodec.so", kEntry}};
  return modules[static_cast<std::size_t>(library)];
}

}  // namespace

base::Result<const CodecModule*> codec_library(CodecLibrary library) {
  return module_of(library).get();
}

bool is_installed(CodecLibrary library) {
  return module_of(library).is_installed();
}

}  // namespace kaskado::codec
