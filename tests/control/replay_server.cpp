// The control plane on its real server, over doubles of the media classes: what recorded exchanges are
// replayed against. Prints its address and serves until its standard input ends.
#include <cstdio>

#include "base/random.hpp"
#include "control/server.hpp"
#include "loop/loop.hpp"
#include "tests/control/immediate_backend.hpp"

int main() {
  using namespace kaskado;
  control::WebSocketOptions options;
  options.port = 0;
  control::StaticPages pages;
  auto server = control::Server::listen(options, pages);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  base::SystemRandom random;
  std::unique_ptr<control::ControlPlane> plane;
  control_test::ImmediateBackend backend(
      [&](pipeline::Event event) { plane->event(event, loop::monotonic_now()); });
  plane = std::make_unique<control::ControlPlane>(
      control::ControlSettings{},
      control::ControlPlane::Parts{backend, **server, random, loop::clock_anchor(), control::module_list(),
                                   "0.1.0", "Jan 1 2026 00:00:00"});
  (*server)->start(*plane);
  std::printf("ws://127.0.0.1:%u/kurento\n", (*server)->port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  (*server)->stop();
}
