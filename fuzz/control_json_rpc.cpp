// One or more messages of a client, each ended by a zero byte, through the whole control plane. What comes
// back must be JSON, and there is never more of it than one answer a message (events aside). JSON that is
// read and written is read as the same.
#include <cstdint>
#include <string_view>

#include "control/control_plane.hpp"
#include "control/json.hpp"
#include "fuzz/support/require.hpp"
#include "tests/control/immediate_backend.hpp"
#include "tests/control/toys.hpp"

namespace {

using namespace kaskado;
using namespace std::chrono_literals;
using fuzz::require;

class CheckingOutlet final : public control::Outlet {
 public:
  void send(control::ConnectionId, std::string text) override {
    const auto message = control::parse_json(text, {.depth = 256, .values = 10'000'000});
    require(message.ok());
    const pipeline::Object* object = message->object();
    const bool is_event = object && object->find("method");
    if (!is_event) ++answers;
  }
  std::size_t answers = 0;
};

// What is read and written again is read as the same.
void check_round_trip(std::string_view text) {
  const auto read = control::parse_json(text);
  if (!read) return require(!read.error().message.empty());
  const std::string written = control::write_json(*read);
  const auto again = control::parse_json(written);
  require(again.ok() && control::write_json(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::Instant now{1h};
  base::SeededRandom random(1);
  CheckingOutlet outlet;
  std::unique_ptr<control::ControlPlane> plane;
  control_test::ImmediateBackend backend([&](pipeline::Event event) { plane->event(event, now); });
  plane = std::make_unique<control::ControlPlane>(
      control::ControlSettings{},
      control::ControlPlane::Parts{backend, outlet, random, {now, {}}, control_test::kToyModules, "0", "0"});
  plane->connected(1, now);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::size_t messages = 0;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\0');
    check_round_trip(rest.substr(0, end));
    plane->receive(1, rest.substr(0, end), now);
    ++messages;
    now += 1s;
    plane->advance(now);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  require(outlet.answers == messages);
  plane->disconnected(1, now);
  plane->advance(now + 1h);
  require(backend.objects() == 0);
  require(plane->sessions().size() == 0);
  return 0;
}
