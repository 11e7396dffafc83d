// Two WebRtcEndpoints of a pipeline, and what their peers say and send: descriptions, candidates, and RTP and
// RTCP of any kind behind a real handshake. The input is records of (operation, number, length, bytes). What
// must hold stands in support/pipeline_world.cpp.
#include <algorithm>

#include "fuzz/support/pipeline_world.hpp"
#include "fuzz/support/program.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::fuzz;
using namespace std::chrono_literals;

enum Operation : std::uint8_t {
  offer,
  rtp_packet,
  rtcp_compound,
  run,
  connect,
  disconnect,
  generate_offer,
  answer,
  candidate,
  get_stats,
  renew,
  operations
};

void play(PipelineWorld& world, std::uint8_t operation, std::uint8_t number, base::Bytes bytes) {
  const std::size_t endpoint = number % PipelineWorld::kEndpoints;
  const std::size_t other = number / 2 % PipelineWorld::kEndpoints;
  const std::string text(base::as_text(bytes));
  switch (operation) {
    case offer:
      world.offer(endpoint, text);
      break;
    case rtp_packet:
      world.send_rtp(endpoint, bytes);
      break;
    case rtcp_compound:
      world.send_rtcp(endpoint, bytes);
      break;
    case run:
      world.run(number * 5ms);
      break;
    case connect:
    case disconnect:
      world.connect(endpoint, other, operation == connect);
      break;
    case generate_offer:
      world.call(endpoint, "generateOffer");
      break;
    case answer:
      world.answer(endpoint, text);
      break;
    case candidate:
      world.add_candidate(endpoint, text, "0");
      break;
    case get_stats:
      world.call(endpoint, "getStats");
      break;
    case renew:
      world.renew(endpoint);
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  certificate();
  seeded() = base::SeededRandom(1);
  PipelineWorld world;
  play_program({data, size}, operations, 200,
               [&](std::uint8_t operation, std::uint8_t number, base::Bytes bytes) {
                 play(world, operation, number, bytes);
               });
  return 0;
}
