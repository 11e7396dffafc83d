// subscribe and unsubscribe.
#include <algorithm>
#include <utility>

#include "control/methods/methods.hpp"

namespace kaskado::control::methods {

using namespace pipeline;

namespace {

// The name as it stands in the event's table: its own or a twin's.
std::string_view name_in_table(const EventInfo& event, std::string_view name) {
  const auto twin = std::ranges::find(event.twins, name);
  return twin == event.twins.end() ? event.name : *twin;
}

}  // namespace

void subscribe(const CallRef& call) {
  auto object = call->object();
  if (!object) return void(call->answer(std::move(object).error()));
  auto type = call->text("type");
  if (!type) return void(call->answer(std::move(type).error()));
  const EventInfo* event = (*object)->info->find_event(*type);
  if (!event) {
    return void(call->answer(
        ApiError{ErrorCode::MEDIA_OBJECT_EVENT_NOT_SUPPORTED, "Event '" + *type + "' not supported"}));
  }
  auto session = call->session_holding(**object);
  if (!session) return void(call->answer(std::move(session).error()));
  std::string id = call->context.random.uuid();
  if (!call->context.subscriptions.add((*object)->id,
                                       {id, (*session)->key, event, name_in_table(*event, *type)})) {
    return void(call->answer(ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "Too many subscriptions"}));
  }
  call->answer_value(std::move(id));
}

void unsubscribe(const CallRef& call) {
  auto object = call->text("object");
  if (!object) return void(call->answer(std::move(object).error()));
  auto subscription = call->text("subscription");
  if (!subscription) return void(call->answer(std::move(subscription).error()));
  auto session = call->session_if_known();
  if (!session) return void(call->answer(std::move(session).error()));
  const bool may_touch = !call->context.isolates_sessions || call->find(*object);
  if (may_touch) call->context.subscriptions.remove(*object, *subscription);
  call->answer_with({});
}

}  // namespace kaskado::control::methods
