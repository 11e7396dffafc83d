// Reads compound RTCP (RFC 3550 §6.1) and reduced-size RTCP (RFC 5506) message by message, without a copy.
//   RtcpReader reader(bytes);
//   while (auto message = reader.next()) std::visit(…, *message);
//   if (reader.malformed()) drops.count(DropReason::bad_rtcp);
#pragma once

#include <optional>

#include "rtp/rtcp_message.hpp"

namespace kaskado::rtp {

class RtcpReader {
 public:
  explicit RtcpReader(base::Bytes datagram) : rest_(datagram) {}

  // The next well-formed message. One whose body does not hold what its header promises is skipped; lengths
  // that do not fit the datagram end it.
  std::optional<RtcpMessage> next();
  bool malformed() const { return malformed_; }

 private:
  std::optional<base::Bytes> take_packet();

  base::Bytes rest_;
  bool malformed_ = false;
};

}  // namespace kaskado::rtp
