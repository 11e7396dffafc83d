#include "control/control_plane.hpp"

#include "base/log.hpp"

namespace kaskado::control {
namespace {

base::LogComponent g_log("control");
constexpr base::Duration kTick = std::chrono::seconds(1);

}  // namespace

ControlPlane::ControlPlane(const ControlSettings& settings, std::span<const pipeline::ModuleInfo* const> modules,
                           ObjectBackend& backend, Outlet& outlet, base::Random& random)
    : settings_(settings),
      classes_(modules),
      objects_(backend, random, settings.max_objects),
      events_(sessions_, subscriptions_, outlet),
      context_{sessions_, subscriptions_, objects_, classes_, random, random.uuid(), {}},
      dispatcher_(settings_, context_, outlet) {
  objects_.observe(this);
}

void ControlPlane::connected(ConnectionId connection, base::Instant now) {
  context_.now = now;
  sessions_.connected(connection);
}

void ControlPlane::disconnected(ConnectionId connection, base::Instant now) {
  context_.now = now;
  dispatcher_.disconnected(connection);
  sessions_.disconnected(connection, now);
}

void ControlPlane::receive(ConnectionId connection, std::string_view message, base::Instant now) {
  context_.now = now;
  dispatcher_.receive(connection, message);
}

void ControlPlane::event(const pipeline::Event& event, base::Instant now) {
  context_.now = now;
  events_.deliver(event);
}

void ControlPlane::advance(base::Instant now) {
  context_.now = now;
  next_advance_ = now + kTick;
  dispatcher_.advance();
  sessions_.prune_caches(now);
  for (const SessionKey key : sessions_.expired(now, settings_.garbage_collector_period)) {
    Session& session = *sessions_.find(key);
    LOG_INFO(g_log, "session %s was left and is collected", session.id.c_str());
    end_session(context_, session, false);
  }
}

void ControlPlane::created(const std::string& id) { LOG_DEBUG(g_log, "%s created", id.c_str()); }

void ControlPlane::destroyed(const std::string& id) {
  LOG_DEBUG(g_log, "%s destroyed", id.c_str());
  subscriptions_.remove_object(id);
}

}  // namespace kaskado::control
