// A shard's media sockets as elements see them: what candidates are made of.
#pragma once

#include <string>

#include "base/socket_address.hpp"

namespace kaskado::pipeline {

struct MediaPort {
  std::uint16_t index = 0;  // what paths name it by
  std::string interface;
  base::SocketAddress local;
};

}  // namespace kaskado::pipeline
