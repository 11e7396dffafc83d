// What the control loop knows of each media object: its class, where it lives, its family and who holds it.
//
// An object is entered when its creation is answered and erased when its release is answered. In between it
// may be *leaving*: its release is on the way, and find() no longer gives it.
//
// The rule of holds: a session that holds an object holds its ancestors too. An object that nobody holds is
// to be released, and its children, whom nobody holds then either, go with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "pipeline/class_info.hpp"

namespace kaskado::control {

using SessionKey = std::uint64_t;  // a session's number within the process

struct ObjectEntry {
  std::string id;
  const pipeline::ClassInfo* info;
  std::size_t shard;
  ObjectEntry* parent = nullptr;
  std::vector<ObjectEntry*> children;
  SessionKey creator = 0;
  bool is_pipeline = false;  // made without a parent
  std::vector<SessionKey> holders;
  bool permanent = false;  // never released: the server manager
  bool leaving = false;

  const ObjectEntry& root() const;  // its pipeline, or itself
};

class ObjectTable {
 public:
  ObjectTable() = default;
  ObjectTable(const ObjectTable&) = delete;
  ObjectTable& operator=(const ObjectTable&) = delete;

  // `id` must be new. A child of an object that is leaving is leaving as well.
  ObjectEntry& add(std::string id, const pipeline::ClassInfo& info, std::size_t shard, ObjectEntry* parent);
  // nullptr where there is none or it is leaving.
  ObjectEntry* find(std::string_view id) const;
  // Also those that are leaving.
  ObjectEntry* find_any(std::string_view id) const;
  // Marks the object and its descendants and takes everybody's hold from them.
  void leave(ObjectEntry& object);
  // Its children must be gone; unknown ids are ignored.
  void erase(std::string_view id);

  std::size_t size() const { return objects_.size(); }
  // The ids of the objects without a parent, those that are leaving and the permanent ones excepted.
  std::vector<std::string> roots() const;

  void hold(SessionKey session, ObjectEntry& object);
  bool holds_any(SessionKey session) const { return held_.contains(session); }
  // Takes the session's hold from the object and its descendants. Gives the top-most objects that nobody
  // holds any more.
  std::vector<ObjectEntry*> drop(SessionKey session, ObjectEntry& object);
  std::vector<ObjectEntry*> drop_all(SessionKey session);
  // The top-most of the objects that the session has made and still holds.
  std::vector<ObjectEntry*> created_and_held_by(SessionKey session) const;

 private:
  struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Held = std::unordered_set<ObjectEntry*>;

  std::vector<ObjectEntry*> held_by(SessionKey session) const;
  void drop_tree(SessionKey session, ObjectEntry& object);
  void unlink(SessionKey session, ObjectEntry& object);
  static void collect_unheld(ObjectEntry& object, std::vector<ObjectEntry*>& unheld);

  std::unordered_map<std::string, std::unique_ptr<ObjectEntry>, StringHash, std::equal_to<>> objects_;
  std::unordered_map<SessionKey, Held> held_;
};

}  // namespace kaskado::control
