// The control plane: requests of all connections in, answers and events out. It owns sessions, holds and
// subscriptions and knows of every object; the objects themselves are behind the backend. All on one thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"
#include "control/class_index.hpp"
#include "control/dispatcher.hpp"
#include "control/event_router.hpp"
#include "control/object_backend.hpp"
#include "control/settings.hpp"
#include "pipeline/class_info.hpp"

namespace kaskado::control {

class ControlPlane final : private ObjectObserver {
 public:
  // All must outlive the control plane, and the backend calls no reply after its end.
  ControlPlane(const ControlSettings& settings, std::span<const pipeline::ModuleInfo* const> modules,
               ObjectBackend& backend, Outlet& outlet, base::Random& random);

  void connected(ConnectionId connection, base::Instant now);
  void disconnected(ConnectionId connection, base::Instant now);
  // One message. Every request in it is answered, at once or later.
  void receive(ConnectionId connection, std::string_view message, base::Instant now);
  // Something happened to an object on a shard.
  void event(const pipeline::Event& event, base::Instant now);
  // Ends sessions that have been left and commands that have waited for too long.
  void advance(base::Instant now);
  base::Instant deadline() const { return next_advance_; }

  const SessionTable& sessions() const { return sessions_; }
  const ObjectTable& objects() const { return objects_.table(); }
  const EventRouter& events() const { return events_; }

 private:
  void created(const std::string& id) override;
  void destroyed(const std::string& id) override;

  const ControlSettings settings_;
  const ClassIndex classes_;
  SessionTable sessions_;
  Subscriptions subscriptions_;
  ObjectService objects_;
  EventRouter events_;
  Context context_;
  Dispatcher dispatcher_;
  base::Instant next_advance_{};
};

}  // namespace kaskado::control
