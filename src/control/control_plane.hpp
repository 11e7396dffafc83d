// The control plane: requests of all connections in, answers and events out. It owns sessions, holds and
// subscriptions and knows of every object; the objects themselves are behind the backend. All on one thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "control/class_index.hpp"
#include "control/dispatcher.hpp"
#include "control/event_router.hpp"
#include "control/object_backend.hpp"
#include "control/resource_watch.hpp"
#include "control/server_manager.hpp"
#include "control/settings.hpp"
#include "pipeline/class_info.hpp"

namespace kaskado::control {

enum class End { drained, out_of_resources };

class ControlPlane final : private ObjectObserver, private pipeline::ObjectHost {
 public:
  // What it works with. All must outlive it, and the backend calls no reply after its end.
  struct Parts {
    ObjectBackend& backend;
    Outlet& outlet;
    base::Random& random;
    base::ClockAnchor clock;  // for the time stamps of the server manager's events
    std::span<const pipeline::ModuleInfo> modules;
    std::string version;
    std::string build_time;  // "Nov 22 2026 14:32:44"
    ResourceWatch* resources = nullptr;  // where the machine's limits count
    // The server should end: what it was drained of is gone, or it has too little to go on with. Called once.
    std::function<void(End)> end = nullptr;
  };
  ControlPlane(const ControlSettings& settings, Parts parts);

  void connected(ConnectionId connection, base::Instant now);
  void disconnected(ConnectionId connection, base::Instant now);
  // One message. Every request in it is answered, at once or later.
  void receive(ConnectionId connection, std::string_view message, base::Instant now);
  // Something happened to an object on a shard.
  void event(const pipeline::Event& event, base::Instant now);
  // Ends sessions that have been left and commands that have waited for too long.
  void advance(base::Instant now);
  // From now on there are no new pipelines, and the server ends with the last old one.
  void drain(base::Instant now);
  base::Instant deadline() const { return next_advance_; }

  const SessionTable& sessions() const { return sessions_; }
  const ObjectTable& objects() const { return objects_.table(); }
  const EventRouter& events() const { return events_; }

 private:
  // ObjectObserver
  void created(const std::string& id, SessionKey creator) override;
  void destroyed(const std::string& id, SessionKey creator) override;
  // ObjectHost, for the server manager
  pipeline::MediaObject* find(std::string_view id) override;
  void emit(pipeline::Event event) override { events_.deliver(event, audience_); }
  base::WallTime wall_time() const override { return clock_.at(context_.now); }

  ServerFacts facts(const Parts& parts);
  std::vector<std::string> visible_pipelines() const;
  std::vector<std::string> visible_sessions() const;
  std::optional<std::string> shortage();
  void watch_drain();
  void end(End why);

  const ControlSettings settings_;
  const ClassIndex classes_;
  SessionTable sessions_;
  Subscriptions subscriptions_;
  ResourceWatch* const resources_;
  std::function<void(End)> end_;  // empty once it was called
  ObjectLimits limits_;
  ObjectService objects_;
  EventRouter events_;
  Context context_;
  Dispatcher dispatcher_;
  base::ClockAnchor clock_;
  CpuMeter cpu_;
  ServerManager manager_;
  base::Instant next_advance_{};
  base::Instant next_shortage_told_{};
  std::optional<SessionKey> audience_;  // of the server manager's event that is being told
  std::optional<std::size_t> drain_told_;  // how many pipelines were left when that was last logged
};

}  // namespace kaskado::control
