// A control plane over an immediate backend, with a client that speaks JSON and a clock that the test turns.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "control/control_plane.hpp"
#include "control/json.hpp"
#include "tests/control/immediate_backend.hpp"
#include "tests/control/toys.hpp"

namespace kaskado::control_test {

using namespace std::chrono_literals;
using control::ConnectionId;
using pipeline::Array;
using pipeline::Object;
using pipeline::Value;

class FakeOutlet final : public control::Outlet {
 public:
  void send(ConnectionId connection, std::string text) override {
    sent.emplace_back(connection, std::move(text));
  }
  std::vector<std::pair<ConnectionId, std::string>> sent;
};

inline Value json(std::string_view text) {
  auto value = control::parse_json(text);
  EXPECT_TRUE(value.ok()) << text;
  return value ? std::move(value).value() : Value();
}

// "result.value" and the like; null where there is no such member.
inline Value at(const Value& value, std::string_view path) {
  const Value* found = &value;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const Object* object = found->object();
    found = object ? object->find(path.substr(0, dot)) : nullptr;
    if (!found) return Value();
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return *found;
}

inline std::string text(const Value& value, std::string_view path) {
  const Value found = at(value, path);
  return found.string() ? *found.string() : control::write_json(found);
}

class ControlTest : public testing::Test {
 protected:
  static constexpr ConnectionId kClient = 1;

  explicit ControlTest(const control::ControlSettings& with = {}) : settings(with) { connect(kClient); }

  void connect(ConnectionId connection) { plane.connected(connection, now); }
  void disconnect(ConnectionId connection) { plane.disconnected(connection, now); }
  void pass(base::Duration time) {
    now += time;
    plane.advance(now);
  }

  // Sends text and gives what came back to that connection, parsed.
  std::vector<Value> exchange(ConnectionId connection, const std::string& message) {
    outlet.sent.clear();
    plane.receive(connection, message, now);
    return taken(connection);
  }
  std::vector<Value> taken(ConnectionId connection) {
    std::vector<Value> messages;
    for (const auto& [to, message] : outlet.sent) {
      if (to == connection) messages.push_back(json(message));
    }
    outlet.sent.clear();
    return messages;
  }

  static std::string request(int id, const std::string& method, const std::string& params) {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + method + R"(","params":)" +
           params + "}";
  }
  // One request with a new id and its one answer (events are kept in `events`).
  Value call_on(ConnectionId connection, const std::string& method, const std::string& params = "{}") {
    const int id = ++last_id;
    Value answer;
    for (Value& message : exchange(connection, request(id, method, params))) {
      if (text(message, "method") == "onEvent") {
        events.push_back(std::move(message));
      } else {
        EXPECT_EQ(text(message, "id"), std::to_string(id));
        answer = std::move(message);
      }
    }
    return answer;
  }
  Value call(const std::string& method, const std::string& params = "{}") {
    return call_on(kClient, method, params);
  }

  std::string make_tower() { return text(call("create", R"({"type":"Tower"})"), "result.value"); }
  std::string make_bell(const std::string& tower) {
    return text(call("create", R"({"type":"Bell","constructorParams":{"tower":")" + tower + R"("}})"),
                "result.value");
  }
  Value invoke(const std::string& object, const std::string& operation, const std::string& params = "{}") {
    return call("invoke", R"({"object":")" + object + R"(","operation":")" + operation +
                              R"(","operationParams":)" + params + "}");
  }
  static std::string object(const std::string& id) { return R"({"object":")" + id + R"("})"; }
  static std::string session(const std::string& id) { return R"({"sessionId":")" + id + R"("})"; }
  bool exists(const std::string& id) { return plane.objects().find(id) != nullptr; }

  base::Instant now{1h};
  base::SeededRandom random{1};
  FakeOutlet outlet;
  control::ControlSettings settings;
  control::Resources used;  // of 1000 files, 100 threads and 1 GiB
  control::ResourceWatch resources{settings.resources, {1000, 100, 1 << 30}, [this] { return used; }};
  std::vector<control::End> ended;
  ImmediateBackend backend{[this](pipeline::Event event) { plane.event(event, now); }};
  control::ControlPlane plane{settings,
                              {backend,
                               outlet,
                               random,
                               {now, {1'700'000'000'000'000'000}},
                               kToyModules,
                               "0.1.0",
                               "Jan 1 2026 00:00:00",
                               &resources,
                               [this](control::End why) { ended.push_back(why); }}};
  std::vector<Value> events;
  int last_id = 0;
};

// "40101 MEDIA_OBJECT_NOT_FOUND Object 'x' not found", or the result where it is none.
inline std::string error(const Value& response) {
  if (at(response, "error").is_null()) return "no error: " + control::write_json(response);
  const Value type = at(response, "error.data.type");
  return text(response, "error.code") + " " + (type.is_null() ? "" : *type.string() + " ") +
         text(response, "error.message");
}

}  // namespace kaskado::control_test
