#include "container/container_module.hpp"

#include "base/late_module.hpp"

namespace kaskado::container {

base::Result<const ContainerModule*> container_module() {
  static base::LateModule<ContainerModule> module("container", "libkaskado-avformat.so",
                                                  "kaskado_container_module_1");
  return module.get();
}

base::Result<std::unique_ptr<Demuxer>> Demuxer::open(std::shared_ptr<ByteSource> bytes,
                                                     const DemuxerSettings& settings) {
  const auto module = container_module();
  if (!module) return module.error();
  if (auto prepared = bytes->prepare(); !prepared) return std::move(prepared).error();
  return (*module)->open_bytes(std::move(bytes), settings);
}

base::Result<std::unique_ptr<Demuxer>> Demuxer::open(const std::string& address,
                                                     const DemuxerSettings& settings) {
  const auto module = container_module();
  if (!module) return module.error();
  return (*module)->open_address(address, settings);
}

base::Result<std::unique_ptr<Muxer>> Muxer::create(MuxerSettings settings, std::shared_ptr<ByteSink> sink) {
  const auto module = container_module();
  if (!module) return module.error();
  return (*module)->make_muxer(std::move(settings), std::move(sink));
}

}  // namespace kaskado::container
