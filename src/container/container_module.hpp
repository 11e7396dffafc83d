// What the loadable module that wraps libavformat offers (base/late_module.hpp).
#pragma once

#include <memory>
#include <string>

#include "container/demuxer.hpp"
#include "container/muxer.hpp"

namespace kaskado::container {

// A change of this struct, or of a type in it, takes a new number in the name of the entry.
struct ContainerModule {
  base::Result<std::unique_ptr<Demuxer>> (*open_bytes)(std::shared_ptr<ByteSource> bytes,
                                                       const DemuxerSettings& settings);
  base::Result<std::unique_ptr<Demuxer>> (*open_address)(const std::string& address,
                                                         const DemuxerSettings& settings);
  base::Result<std::unique_ptr<Muxer>> (*make_muxer)(MuxerSettings settings, std::shared_ptr<ByteSink> sink);
};

// Any thread; loads it with its first use.
base::Result<const ContainerModule*> container_module();

}  // namespace kaskado::container

extern "C" __attribute__((visibility("default"))) const kaskado::container::ContainerModule*
kaskado_container_module_1();
