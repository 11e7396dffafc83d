#include "control/control_plane.hpp"

#include "base/log.hpp"
#include "control/session_end.hpp"

namespace kaskado::control {
namespace {

base::LogComponent g_log("control");
constexpr base::Duration kTick = std::chrono::seconds(1);

}  // namespace

ControlPlane::ControlPlane(const ControlSettings& settings, Parts parts)
    : settings_(settings),
      classes_(parts.modules),
      objects_(parts.backend, parts.random, settings.max_objects),
      events_(sessions_, subscriptions_, parts.outlet),
      context_{sessions_,    subscriptions_,      objects_,           classes_,
               parts.random, parts.random.uuid(), parts.clock.instant},
      dispatcher_(settings_, context_, parts.outlet),
      clock_(parts.clock),
      manager_({*this, nullptr, std::string(kServerManagerId), &kServerManagerClass}, facts(parts)) {
  cpu_.sample(context_.now, process_cpu_time());
  objects_.observe(this);
  objects_.add_local(std::string(kServerManagerId), kServerManagerClass,
                     [this](const pipeline::OperationInfo& operation, const pipeline::Arguments& arguments) {
                       return operation.run(manager_, arguments);
                     });
}

ServerFacts ControlPlane::facts(const Parts& parts) {
  ServerFacts facts;
  facts.version = parts.version;
  facts.build_time = parts.build_time;
  facts.modules = parts.modules;
  facts.pipelines = [this] { return objects_.table().roots(); };
  facts.sessions = [this] { return sessions_.ids(); };
  facts.used_cpu_percent = [this](base::Duration interval) {
    return cpu_.percent(context_.now, process_cpu_time(), interval, processor_count());
  };
  return facts;
}

pipeline::MediaObject* ControlPlane::find(std::string_view id) {
  return id == kServerManagerId ? &manager_ : nullptr;
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
  cpu_.sample(now, process_cpu_time());
  dispatcher_.advance();
  sessions_.prune_caches(now);
  for (const SessionKey key : sessions_.expired(now, settings_.garbage_collector_period)) {
    Session& session = *sessions_.find(key);
    LOG_INFO(g_log, "session %s was left and is collected", session.id.c_str());
    end_session(context_, session, false);
  }
}

void ControlPlane::created(const std::string& id) {
  LOG_DEBUG(g_log, "%s created", id.c_str());
  manager_.object_created(id);
}

void ControlPlane::destroyed(const std::string& id) {
  LOG_DEBUG(g_log, "%s destroyed", id.c_str());
  manager_.object_destroyed(id);
  subscriptions_.remove_object(id);
}

}  // namespace kaskado::control
