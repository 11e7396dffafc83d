// Sends events to the sessions that have subscribed to them.
#pragma once

#include <cstdint>
#include <optional>

#include "control/connection.hpp"
#include "control/session_table.hpp"
#include "control/subscriptions.hpp"
#include "pipeline/media_object.hpp"

namespace kaskado::control {

class EventRouter {
 public:
  EventRouter(SessionTable& sessions, Subscriptions& subscriptions, Outlet& outlet)
      : sessions_(sessions), subscriptions_(subscriptions), outlet_(outlet) {}

  // One notification for each (session, name of the event) that has subscribed, to the connection that owns
  // the session. What goes to a session without a connection is lost, as it is with Kurento, and counted.
  // With `audience`, only to that session.
  void deliver(const pipeline::Event& event, std::optional<SessionKey> audience = std::nullopt);

  std::uint64_t delivered() const { return delivered_; }
  std::uint64_t lost() const { return lost_; }

 private:
  SessionTable& sessions_;
  Subscriptions& subscriptions_;
  Outlet& outlet_;
  std::uint64_t delivered_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace kaskado::control
