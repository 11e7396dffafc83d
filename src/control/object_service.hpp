// Makes, calls and releases media objects through the backend, and keeps the table of them in step.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "control/object_backend.hpp"
#include "control/object_limits.hpp"
#include "control/object_table.hpp"

namespace kaskado::control {

// Is told when objects come and go, on the control thread.
class ObjectObserver {
 public:
  virtual ~ObjectObserver() = default;
  virtual void created(const std::string& id, SessionKey creator) = 0;
  virtual void destroyed(const std::string& id, SessionKey creator) = 0;
};

class ObjectService {
 public:
  ObjectService(ObjectBackend& backend, base::Random& random, ObjectLimits& limits);

  using Created = std::function<void(pipeline::ApiResult<ObjectEntry*>)>;
  using Done = std::function<void()>;
  using LocalInvoke = std::function<pipeline::ApiResult<pipeline::Value>(const pipeline::OperationInfo&,
                                                                         const pipeline::Arguments&)>;

  // An object that lives on the control loop itself and is never released: the server manager.
  void add_local(std::string id, const pipeline::ClassInfo& info, LocalInvoke invoke);
  void observe(ObjectObserver* observer) { observer_ = observer; }

  // The new object is a child of the first object among its arguments; without one it is a pipeline of its
  // own. It counts as the creator's while it is there.
  void create(const pipeline::ClassInfo& info, pipeline::Arguments arguments, SessionKey creator, Created created);
  void invoke(const ObjectEntry& object, const pipeline::OperationInfo& operation,
              pipeline::Arguments arguments, Reply<pipeline::Value> reply);
  void shard_statistics(Reply<pipeline::Value> reply) { backend_.shard_statistics(std::move(reply)); }
  // From now on nobody finds the object and its descendants; `done` is called when they are gone.
  void release(ObjectEntry& object, Done done);
  // Releases what nobody holds any more.
  void collect(const std::vector<ObjectEntry*>& unheld);

  ObjectLimits& limits() { return limits_; }
  ObjectTable& table() { return table_; }
  const ObjectTable& table() const { return table_; }

 private:
  ObjectEntry* parent_of(const pipeline::ClassInfo& info, const pipeline::Arguments& arguments) const;
  Place place_for(const pipeline::ClassInfo& info, const ObjectEntry* parent);
  // What a creation is to become when it has succeeded.
  struct Newcomer {
    std::string id;
    const pipeline::ClassInfo* info;
    std::size_t shard;
    std::string parent;
    SessionKey creator;
  };
  void enter(Newcomer newcomer, const Created& created);
  void destroyed(const std::vector<std::string>& ids);

  ObjectBackend& backend_;
  base::Random& random_;
  ObjectLimits& limits_;
  ObjectTable table_;
  LocalInvoke local_invoke_;
  ObjectObserver* observer_ = nullptr;
};

}  // namespace kaskado::control
