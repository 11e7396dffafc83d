#include "control/object_service.hpp"

#include <limits>
#include <utility>

#include "pipeline/api.hpp"

namespace kaskado::control {

using namespace pipeline;

namespace {

constexpr std::size_t kControlShard = std::numeric_limits<std::size_t>::max();

ApiError not_found(const std::string& id) {
  return {ErrorCode::MEDIA_OBJECT_NOT_FOUND, "Object '" + id + "' not found"};
}

// What is done to the links between elements is done where their pipeline lives.
bool changes_graph(const OperationInfo& operation) {
  return &operation == kMediaElementClass.find_operation("connect") ||
         &operation == kMediaElementClass.find_operation("disconnect");
}

}  // namespace

ObjectService::ObjectService(ObjectBackend& backend, base::Random& random, ObjectLimits& limits)
    : backend_(backend), random_(random), limits_(limits) {}

void ObjectService::add_local(std::string id, const ClassInfo& info, LocalInvoke invoke) {
  table_.add(std::move(id), info, kControlShard, nullptr).permanent = true;
  local_invoke_ = std::move(invoke);
}

ObjectEntry* ObjectService::parent_of(const ClassInfo& info, const Arguments& arguments) const {
  for (std::size_t i = 0; i < info.constructor.size(); ++i) {
    const TypeInfo& type = info.constructor[i].type;
    const std::string* id = arguments[i].string();
    if (type.kind == TypeKind::object && type.shape == Shape::single && id) return table_.find(*id);
  }
  return nullptr;
}

Place ObjectService::place_for(const ClassInfo& info, const ObjectEntry* parent) {
  if (!parent) {
    const std::size_t shard = backend_.shard_for_new_pipeline();
    return {shard, shard};
  }
  const ObjectEntry& pipeline = parent->root();
  // What belongs to another element lives where that does.
  return {pipeline.shard, parent == &pipeline ? backend_.shard_for_new_element(info, pipeline.shard) : parent->shard};
}

void ObjectService::create(const ClassInfo& info, Arguments arguments, SessionKey creator, Created created) {
  const ObjectEntry* parent = parent_of(info, arguments);
  if (auto admitted = limits_.admit(creator, !parent); !admitted) return created(std::move(admitted).error());
  const Place place = place_for(info, parent);
  std::string id = parent ? parent->id + "/" : "";
  id += random_.uuid() + "_" + std::string(info.namespace_) + "." + std::string(info.name);
  Newcomer newcomer{id, &info, place.shard, parent ? parent->id : "", creator};
  backend_.create(place, info, std::move(id), std::move(arguments),
                  [this, newcomer = std::move(newcomer), created = std::move(created)](ApiResult<void> result) {
                    if (result) return enter(newcomer, created);
                    limits_.gone(newcomer.creator, newcomer.parent.empty());
                    created(std::move(result).error());
                  });
}

void ObjectService::enter(Newcomer newcomer, const Created& created) {
  ObjectEntry& object =
      table_.add(std::move(newcomer.id), *newcomer.info, newcomer.shard, table_.find_any(newcomer.parent));
  object.creator = newcomer.creator;
  object.is_pipeline = newcomer.parent.empty();
  if (observer_) observer_->created(object.id, object.creator);
  // Its pipeline is on the way out and takes the new object with it.
  if (object.leaving) return created(not_found(newcomer.parent));
  created(&object);
}

void ObjectService::invoke(const ObjectEntry& object, const OperationInfo& operation, Arguments arguments,
                           Reply<Value> reply) {
  if (object.shard == kControlShard) return reply(local_invoke_(operation, arguments));
  const std::size_t shard = changes_graph(operation) ? object.root().shard : object.shard;
  backend_.invoke(shard, object.id, operation, std::move(arguments), std::move(reply));
}

void ObjectService::release(ObjectEntry& object, Done done) {
  if (object.permanent || object.leaving) return done();
  table_.leave(object);
  backend_.release(object.root().shard, object.id,
                   [this, done = std::move(done)](ApiResult<std::vector<std::string>> result) {
                     if (result) destroyed(*result);
                     done();
                   });
}

void ObjectService::collect(const std::vector<ObjectEntry*>& unheld) {
  for (ObjectEntry* object : unheld) release(*object, [] {});
}

void ObjectService::destroyed(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    const ObjectEntry* object = table_.find_any(id);
    const SessionKey creator = object ? object->creator : 0;
    if (object) limits_.gone(creator, object->is_pipeline);
    table_.erase(id);
    if (observer_) observer_->destroyed(id, creator);
  }
}

}  // namespace kaskado::control
