#include "pipeline/object_registry.hpp"

#include <cassert>
#include <utility>

namespace kaskado::pipeline {

ObjectRegistry::ObjectRegistry(Shard* shard, WallClock clock, EventSink sink)
    : shard_(shard),
      clock_(std::move(clock)),
      sink_(std::move(sink)),
      calls_([this](MediaObject& object, const OperationInfo& operation, const Arguments& arguments,
                    const Answer& answer) { begin(object, operation, arguments, answer); }) {}

ObjectRegistry::~ObjectRegistry() { release_all(); }

void ObjectRegistry::release_all() {
  while (!objects_.empty()) {
    MediaObject* root = objects_.begin()->second.get();
    while (root->parent()) root = root->parent();
    release(root->id());
  }
}

namespace {

ApiError not_found(std::string_view id) {
  return {ErrorCode::MEDIA_OBJECT_NOT_FOUND, "Object '" + std::string(id) + "' not found"};
}

}  // namespace

ApiResult<void> ObjectRegistry::create(const ClassInfo& info, std::string id, const Arguments& arguments,
                                       Prepared prepared) {
  assert(info.create && !objects_.contains(id));
  auto object = info.create(Construction{*this, shard_, id, &info, std::move(prepared)}, arguments);
  if (!object) return std::move(object).error();
  adopt(std::move(object).value());
  return {};
}

void ObjectRegistry::adopt(std::unique_ptr<MediaObject> object) {
  MediaObject& adopted = *object;
  objects_.emplace(adopted.id(), std::move(object));
  adopted.on_created();
}

void ObjectRegistry::invoke(std::string_view id, const OperationInfo& operation, const Arguments& arguments,
                            const Answer& answer) {
  MediaObject* object = find(id);
  if (!object) return answer(not_found(id));
  calls_.call(*object, operation, arguments, answer);
}

ApiResult<Value> ObjectRegistry::invoke(std::string_view id, const OperationInfo& operation,
                                        const Arguments& arguments) {
  ApiResult<Value> result = ApiError{ErrorCode::UNEXPECTED_ERROR, "The answer comes later"};
  auto answered = std::make_shared<ApiResult<Value>*>(&result);
  invoke(id, operation, arguments, [answered](ApiResult<Value> given) {
    if (*answered) **answered = std::move(given);
  });
  *answered = nullptr;
  return result;
}

// An answer must not be overtaken by what the operation caused: a candidate by the description that it belongs to.
void ObjectRegistry::begin(MediaObject& object, const OperationInfo& operation, const Arguments& arguments,
                           const Answer& answer) {
  struct Holding {
    explicit Holding(ObjectRegistry& of) : registry(of), outer(std::exchange(of.holding_, true)) {}
    ~Holding() {
      if (!outer) registry.tell_held_events();
    }
    ObjectRegistry& registry;
    const bool outer;
  } holding(*this);
  if (operation.run) return answer(operation.run(object, arguments));
  operation.start(object, operation, arguments, answer);
}

std::vector<std::string> ObjectRegistry::release(std::string_view id) {
  std::vector<std::string> destroyed;
  if (MediaObject* object = find(id)) {
    leave(*object);
    destroy(*object, destroyed);
  }
  return destroyed;
}

void ObjectRegistry::emit(Event event) {
  if (holding_) {
    held_.push_back(std::move(event));
  } else {
    sink_(std::move(event));
  }
}

void ObjectRegistry::tell_held_events() {
  holding_ = false;
  for (Event& event : std::exchange(held_, {})) sink_(std::move(event));
}

void ObjectRegistry::leave(MediaObject& object) {
  for (MediaObject* child : object.children()) leave(*child);
  object.on_release();
}

void ObjectRegistry::destroy(MediaObject& object, std::vector<std::string>& destroyed) {
  while (!object.children().empty()) destroy(*object.children().back(), destroyed);
  calls_.drop(object.id(), not_found(object.id()));
  destroyed.push_back(object.id());
  objects_.erase(objects_.find(std::string_view(destroyed.back())));
}

MediaObject* ObjectRegistry::find(std::string_view id) {
  const auto found = objects_.find(id);
  return found == objects_.end() ? nullptr : found->second.get();
}

}  // namespace kaskado::pipeline
