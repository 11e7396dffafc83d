#include "control/event_router.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "control/json_rpc.hpp"

namespace kaskado::control {

using namespace pipeline;

namespace {

// Whether the events of this kind tell their name as `type`: those that inherit such a member do, while
// ObjectCreated has none and Error has one of its own.
bool tells_its_name(const EventInfo& event) {
  for (const EventInfo* e = event.parent; e; e = e->parent) {
    if (std::ranges::find(e->members, "type", &ParameterInfo::name) != e->members.end()) return true;
  }
  return false;
}

void set_member(Object& object, std::string_view name, Value value) {
  const auto found = std::ranges::find(object.members, name, &std::pair<std::string, Value>::first);
  if (found != object.members.end()) {
    found->second = std::move(value);
  } else {
    object.set(std::string(name), std::move(value));
  }
}

std::string notification(const Event& event, std::string_view name) {
  Object data = event.data;
  if (tells_its_name(*event.info)) set_member(data, "type", name);
  Object value;
  value.set("data", std::move(data));
  value.set("object", event.source);
  value.set("type", name);
  Object params;
  params.set("value", std::move(value));
  return write_notification("onEvent", std::move(params));
}

}  // namespace

void EventRouter::deliver(const Event& event, std::optional<SessionKey> audience) {
  std::string_view written_for;
  std::string text;
  for (const Subscription* subscription : subscriptions_.to(event.source, *event.info)) {
    if (audience && *audience != subscription->session) continue;
    const Session* session = sessions_.find(subscription->session);
    if (!session || session->connection == kNoConnection) {
      ++lost_;
      continue;
    }
    if (text.empty() || written_for != subscription->name) {
      text = notification(event, subscription->name);
      written_for = subscription->name;
    }
    ++delivered_;
    outlet_.send(session->connection, text);
  }
}

}  // namespace kaskado::control
