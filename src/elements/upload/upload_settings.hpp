// How clients reach the upload server, and what it takes: HttpEndpoint.conf.ini.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace kaskado::elements {

struct UploadSettings {
  std::string server_address;        // an IP address; empty: all interfaces
  std::uint16_t server_port = 9091;  // 0: the system chooses
  // What stands in addresses for the server: a name or an IP address; or all that stands before the last
  // slash, as "https://media.example.org/uploads"; empty: the address of an interface.
  std::string announced_address;
  std::uint64_t most_upload_bytes = std::uint64_t{16} << 30;
  base::Duration most_upload_time = std::chrono::hours{24};
};

}  // namespace kaskado::elements
