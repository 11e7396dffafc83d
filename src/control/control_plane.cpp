#include "control/control_plane.hpp"

#include <utility>

#include "base/log.hpp"
#include "control/session_end.hpp"

namespace kaskado::control {
namespace {

base::LogComponent g_log("control");
constexpr base::Duration kTick = std::chrono::seconds(1);
// In the log.
constexpr base::Duration kBetweenShortages = std::chrono::seconds(10);

}  // namespace

ControlPlane::ControlPlane(const ControlSettings& settings, Parts parts)
    : settings_(settings),
      classes_(parts.modules),
      resources_(parts.resources),
      end_(std::move(parts.end)),
      limits_(settings_, [this] { return shortage(); }),
      objects_(parts.backend, parts.random, limits_),
      events_(sessions_, subscriptions_, parts.outlet),
      context_{sessions_,    subscriptions_,      objects_,           classes_,
               parts.random, parts.random.uuid(), parts.clock.instant, settings.isolate_sessions},
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
  facts.pipelines = [this] { return visible_pipelines(); };
  facts.sessions = [this] { return visible_sessions(); };
  facts.used_cpu_percent = [this](base::Duration interval) {
    return cpu_.percent(context_.now, process_cpu_time(), interval, processor_count());
  };
  return facts;
}

std::vector<std::string> ControlPlane::visible_pipelines() const {
  std::vector<std::string> ids = objects_.table().roots();
  if (context_.isolates_sessions) {
    std::erase_if(ids, [this](const std::string& id) { return objects_.table().find(id)->creator != context_.caller; });
  }
  return ids;
}

// A session's id opens all that it has, so where sessions are isolated nobody is told another's.
std::vector<std::string> ControlPlane::visible_sessions() const {
  if (!context_.isolates_sessions) return sessions_.ids();
  const Session* own = sessions_.find(context_.caller);
  return own ? std::vector<std::string>{own->id} : std::vector<std::string>();
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
  watch_drain();
  dispatcher_.advance();
  sessions_.prune_caches(now);
  for (const SessionKey key : sessions_.expired(now, settings_.garbage_collector_period)) {
    Session& session = *sessions_.find(key);
    LOG_INFO(g_log, "session %s was left and is collected", session.id.c_str());
    end_session(context_, session, false);
  }
}

std::optional<std::string> ControlPlane::shortage() {
  if (!resources_) return std::nullopt;
  auto shortage = resources_->too_little_for_objects(context_.now);
  if (shortage && context_.now >= next_shortage_told_) {
    LOG_WARNING(g_log, "no new objects: %s", shortage->c_str());
    next_shortage_told_ = context_.now + kBetweenShortages;
  }
  return shortage;
}

void ControlPlane::drain(base::Instant now) {
  context_.now = now;
  limits_.drain();
  watch_drain();
}

void ControlPlane::watch_drain() {
  if (!limits_.is_draining()) return;
  const std::size_t left = limits_.pipelines();
  if (std::exchange(drain_told_, left) != left) LOG_WARNING(g_log, "draining; pipelines left: %zu", left);
  if (left == 0) end(End::drained);
}

void ControlPlane::end(End why) {
  if (end_) std::exchange(end_, nullptr)(why);
}

void ControlPlane::created(const std::string& id, SessionKey creator) {
  LOG_DEBUG(g_log, "%s created", id.c_str());
  if (context_.isolates_sessions) audience_ = creator;
  manager_.object_created(id);
  audience_.reset();
}

void ControlPlane::destroyed(const std::string& id, SessionKey creator) {
  LOG_DEBUG(g_log, "%s destroyed", id.c_str());
  if (context_.isolates_sessions) audience_ = creator;
  manager_.object_destroyed(id);
  audience_.reset();
  subscriptions_.remove_object(id);
  if (limits_.pipelines() != 0 || !resources_) return;
  if (const auto shortage = resources_->enough_to_end(context_.now)) {
    LOG_WARNING(g_log, "%s, and the last pipeline is gone: the server ends", shortage->c_str());
    end(End::out_of_resources);
  }
}

}  // namespace kaskado::control
