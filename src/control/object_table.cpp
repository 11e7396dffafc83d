#include "control/object_table.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::control {

const ObjectEntry& ObjectEntry::root() const {
  const ObjectEntry* object = this;
  while (object->parent) object = object->parent;
  return *object;
}

ObjectEntry& ObjectTable::add(std::string id, const pipeline::ClassInfo& info, std::size_t shard,
                              ObjectEntry* parent) {
  auto entry = std::make_unique<ObjectEntry>();
  entry->id = id;
  entry->info = &info;
  entry->shard = shard;
  entry->parent = parent;
  if (parent) {
    parent->children.push_back(entry.get());
    entry->leaving = parent->leaving;
  }
  return *objects_.emplace(std::move(id), std::move(entry)).first->second;
}

ObjectEntry* ObjectTable::find_any(std::string_view id) const {
  const auto found = objects_.find(id);
  return found == objects_.end() ? nullptr : found->second.get();
}

ObjectEntry* ObjectTable::find(std::string_view id) const {
  ObjectEntry* entry = find_any(id);
  return entry && !entry->leaving ? entry : nullptr;
}

void ObjectTable::leave(ObjectEntry& object) {
  object.leaving = true;
  while (!object.holders.empty()) unlink(object.holders.back(), object);
  for (ObjectEntry* child : object.children) leave(*child);
}

void ObjectTable::erase(std::string_view id) {
  ObjectEntry* object = find_any(id);
  if (!object) return;
  while (!object->holders.empty()) unlink(object->holders.back(), *object);
  for (ObjectEntry* child : object->children) child->parent = nullptr;
  if (object->parent) {
    // From the back: a pipeline that goes loses its last child first.
    auto& siblings = object->parent->children;
    siblings.erase(std::next(std::find(siblings.rbegin(), siblings.rend(), object)).base());
  }
  objects_.erase(objects_.find(id));
}

std::vector<std::string> ObjectTable::roots() const {
  std::vector<std::string> ids;
  for (const auto& [id, object] : objects_) {
    if (!object->parent && !object->leaving && !object->permanent) ids.push_back(id);
  }
  std::ranges::sort(ids);
  return ids;
}

void ObjectTable::hold(SessionKey session, ObjectEntry& object) {
  if (object.permanent || object.leaving) return;
  Held& held = held_[session];
  for (ObjectEntry* o = &object; o && held.insert(o).second; o = o->parent) o->holders.push_back(session);
}

void ObjectTable::unlink(SessionKey session, ObjectEntry& object) {
  std::erase(object.holders, session);
  const auto held = held_.find(session);
  if (held == held_.end()) return;
  held->second.erase(&object);
  if (held->second.empty()) held_.erase(held);
}

void ObjectTable::drop_tree(SessionKey session, ObjectEntry& object) {
  unlink(session, object);
  for (ObjectEntry* child : object.children) drop_tree(session, *child);
}

void ObjectTable::collect_unheld(ObjectEntry& object, std::vector<ObjectEntry*>& unheld) {
  if (object.permanent || object.leaving) return;
  if (object.holders.empty()) {
    unheld.push_back(&object);
    return;
  }
  for (ObjectEntry* child : object.children) collect_unheld(*child, unheld);
}

std::vector<ObjectEntry*> ObjectTable::drop(SessionKey session, ObjectEntry& object) {
  drop_tree(session, object);
  std::vector<ObjectEntry*> unheld;
  collect_unheld(object, unheld);
  return unheld;
}

std::vector<ObjectEntry*> ObjectTable::held_by(SessionKey session) const {
  const auto held = held_.find(session);
  if (held == held_.end()) return {};
  std::vector<ObjectEntry*> objects(held->second.begin(), held->second.end());
  std::ranges::sort(objects, {}, &ObjectEntry::id);
  return objects;
}

std::vector<ObjectEntry*> ObjectTable::created_and_held_by(SessionKey session) const {
  const auto is_own = [&](const ObjectEntry* object) { return object->creator == session; };
  std::vector<ObjectEntry*> top_most;
  for (ObjectEntry* object : held_by(session)) {
    const ObjectEntry* above = object->parent;
    while (above && !is_own(above)) above = above->parent;
    if (is_own(object) && !above) top_most.push_back(object);
  }
  return top_most;
}

std::vector<ObjectEntry*> ObjectTable::drop_all(SessionKey session) {
  const std::vector<ObjectEntry*> held = held_by(session);
  for (ObjectEntry* object : held) std::erase(object->holders, session);
  held_.erase(session);
  std::vector<ObjectEntry*> unheld;
  for (ObjectEntry* object : held) {
    const bool parent_stays = !object->parent || !object->parent->holders.empty();
    if (object->holders.empty() && parent_stays) unheld.push_back(object);
  }
  return unheld;
}

}  // namespace kaskado::control
