// Any bytes as a TCP stream, cut where the first byte says: what comes out does not depend on the cuts, and
// what was framed comes out as it was.
#include <algorithm>
#include <vector>

#include "fuzz/support/require.hpp"
#include "ice/stream_framing.hpp"
#include "ice/turn_server.hpp"

using namespace kaskado;
using namespace kaskado::ice;
using fuzz::require;

namespace {

using Messages = std::vector<std::vector<std::uint8_t>>;

Messages read(StreamFraming framing, base::Bytes stream, std::size_t step) {
  FrameReader reader(framing);
  Messages messages;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    reader.push(stream.subspan(at, std::min(step, stream.size() - at)));
    while (const auto message = reader.next()) messages.emplace_back(message->begin(), message->end());
  }
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 100'000) return 0;
  const base::Bytes stream = base::Bytes{data, size}.subspan(1);
  for (const StreamFraming framing : {StreamFraming::length_prefixed, StreamFraming::turn}) {
    const Messages messages = read(framing, stream, 1 + data[0]);
    require(messages == read(framing, stream, size));
    std::vector<std::uint8_t> again;
    for (const auto& message : messages) {
      const FrameRoom room = frame_room(framing, message);
      if (room.front) {
        again.push_back(static_cast<std::uint8_t>(message.size() >> 8));
        again.push_back(static_cast<std::uint8_t>(message.size()));
      }
      again.insert(again.end(), message.begin(), message.end());
      again.insert(again.end(), room.behind, 0);
    }
    require(read(framing, again, 1 + data[0]) == messages);
  }
  const auto server =
      TurnServer::parse(base::as_text(stream.first(std::min<std::size_t>(stream.size(), 2000))));
  require(!server.ok() ||
          (server->address.is_set() && server->address.port() != 0 && !server->username.empty()));
  return 0;
}
