// Clients of a whole control plane, in the order in which a script has them act: they connect, send requests
// that name what earlier ones were answered, leave, come back and let time pass, while the objects' side
// answers late and out of order. The corpus has the shapes of recorded sessions
// (fuzz/control_session_corpus.py).
//
// The first byte switches settings. Then a line is one act:
//   1{"jsonrpc":…}  connection 1 (to 4) sends this; `$3` in it is the value that was answered third last,
//   `@1` the last
//                   session
//   +1, -1          it connects, it leaves
//   t4              2^4 seconds pass
//   h, r, l         commands are held back or let through; the oldest is run, or the newest
//   d               the server is drained
//
// Every message is answered once and with JSON, quotas hold at any time, and when all have left nothing is
// left of them.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "control/control_plane.hpp"
#include "control/json.hpp"
#include "fuzz/support/require.hpp"
#include "tests/control/immediate_backend.hpp"
#include "tests/control/toys.hpp"

namespace {

using namespace kaskado;
using namespace std::chrono_literals;
using control::ConnectionId;
using fuzz::require;
using pipeline::Object;
using pipeline::Value;

constexpr std::size_t kMostObjects = 12;
constexpr std::size_t kMostPipelines = 4;

control::ControlSettings settings_of(unsigned switches) {
  control::ControlSettings settings;
  settings.isolate_sessions = switches & 1;
  if (switches & 2) settings.quotas = {kMostObjects, kMostPipelines, 20'000, 50};
  settings.remember_requests = !(switches & 4);
  if (switches & 8) settings.max_objects = 5;
  if (switches & 16) settings.max_unanswered_per_connection = 2;
  return settings;
}

class World final : public control::Outlet {
 public:
  explicit World(unsigned switches) : settings_(settings_of(switches)) {}

  void act(std::string_view line) {
    if (line.empty()) return;
    const char kind = line[0];
    line.remove_prefix(1);
    if (kind >= '1' && kind <= '4') {
      receive(static_cast<ConnectionId>(kind - '0'), line);
    } else if (kind == '+' || kind == '-') {
      connect_or_leave(line, kind == '+');
    } else if (kind == 't') {
      pass(std::chrono::seconds(1 << (line.empty() ? 0 : line[0] & 7)));
    } else {
      turn(kind);
    }
    check_quotas();
  }

  void end() {
    backend_.run_all();
    backend_.is_held = false;
    require(answers_ == messages_);
    for (std::size_t i = 0; i < kClients; ++i) leave(i);
    pass(1h);
    require(backend_.objects() == 0);
    require(plane_.sessions().size() == 0);
    require(plane_.objects().size() == 1);  // the manager
    plane_.drain(now_);
    require(ended_ == 1);
  }

  void send(ConnectionId, std::string text) override {
    const auto message = control::parse_json(text, {.depth = 256, .values = 10'000'000});
    require(message.ok());
    const Object* object = message->object();
    if (object && object->find("method")) return;  // an event
    ++answers_;
    if (object) learn(*object);
  }

 private:
  static constexpr std::size_t kClients = 4;
  static constexpr std::size_t kMostKnown = 64;
  static constexpr std::size_t kMostMessageBytes = 64 * 1024;

  static void remember(std::vector<std::string>& known, const Value* value) {
    if (!value || !value->string()) return;
    if (std::ranges::find(known, *value->string()) != known.end()) return;
    if (known.size() == kMostKnown) known.erase(known.begin());
    known.push_back(*value->string());
  }

  void learn(const Object& answer) {
    const Value* result = answer.find("result");
    if (!result || !result->object()) return;
    remember(values_, result->object()->find("value"));
    remember(sessions_, result->object()->find("sessionId"));
  }

  // `$3`: the value that was answered third last.
  std::string filled(std::string_view text) const {
    std::string filled;
    for (std::size_t i = 0; i < text.size() && filled.size() < kMostMessageBytes; ++i) {
      const bool is_mark = (text[i] == '$' || text[i] == '@') && i + 1 < text.size();
      const unsigned back = is_mark ? static_cast<unsigned>(text[i + 1] - '0') : 0;
      const auto& known = text[i] == '$' ? values_ : sessions_;
      if (back < 1 || back > 9 || back > known.size()) {
        filled += text[i];
      } else {
        filled += known[known.size() - back];
        ++i;
      }
    }
    return filled;
  }

  void receive(ConnectionId connection, std::string_view text) {
    if (!is_connected_[connection - 1]) connect(connection - 1);
    ++messages_;
    plane_.receive(connection_of(connection - 1), filled(text), now_);
  }

  // Never an id twice, as the server's own.
  ConnectionId connection_of(std::size_t client) const { return lives_[client] * kClients + client + 1; }

  void connect_or_leave(std::string_view line, bool connects) {
    const std::size_t client = line.empty() ? 0 : static_cast<unsigned char>(line[0]) % kClients;
    connects ? connect(client) : leave(client);
  }
  void connect(std::size_t client) {
    if (is_connected_[client]) return;
    is_connected_[client] = true;
    ++lives_[client];
    plane_.connected(connection_of(client), now_);
  }
  void leave(std::size_t client) {
    if (!is_connected_[client]) return;
    is_connected_[client] = false;
    plane_.disconnected(connection_of(client), now_);
  }

  void pass(base::Duration time) {
    now_ += time;
    plane_.advance(now_);
  }

  void turn(char kind) {
    if (kind == 'h') {
      backend_.is_held = !backend_.is_held;
      if (!backend_.is_held) backend_.run_all();
    } else if (kind == 'r' && backend_.waiting() > 0) {
      backend_.run_next();
    } else if (kind == 'l' && backend_.waiting() > 0) {
      backend_.run_last();
    } else if (kind == 'd') {
      plane_.drain(now_);
    }
  }

  void check_quotas() const {
    const std::size_t sessions = plane_.sessions().size();
    if (settings_.quotas.max_objects && sessions <= 1 && !had_more_sessions_) {
      require(backend_.objects() <= kMostObjects);
      require(plane_.objects().roots().size() <= kMostPipelines);
    }
    had_more_sessions_ |= sessions > 1 || is_connected_[1] || is_connected_[2] || is_connected_[3];
    require(backend_.objects() <= settings_.max_objects);
  }

  const control::ControlSettings settings_;
  base::Instant now_{1h};
  base::SeededRandom random_{1};
  std::size_t messages_ = 0;
  std::size_t answers_ = 0;
  int ended_ = 0;
  mutable bool had_more_sessions_ = false;
  bool is_connected_[kClients] = {};
  ConnectionId lives_[kClients] = {};
  std::vector<std::string> values_;
  std::vector<std::string> sessions_;
  control_test::ImmediateBackend backend_{[this](pipeline::Event event) { plane_.event(event, now_); }};
  control::ControlPlane plane_{settings_,
                               {backend_,
                                *this,
                                random_,
                                {now_, {}},
                                control_test::kToyModules,
                                "0",
                                "0",
                                nullptr,
                                [this](control::End) { ++ended_; }}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  World world(data[0]);
  std::string_view script(reinterpret_cast<const char*>(data) + 1, size - 1);
  while (!script.empty()) world.act(base::take_until(script, '\n'));
  world.end();
  return 0;
}
