// The media objects of one thread, found by id. Makes, calls and destroys them on behalf of the control loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "pipeline/call_queue.hpp"
#include "pipeline/media_object.hpp"

namespace kaskado::pipeline {

class ObjectRegistry final : public ObjectHost {
 public:
  using EventSink = std::function<void(Event)>;
  using WallClock = std::function<base::WallTime()>;

  // `shard` is what media elements run on; nullptr for a registry of control objects only.
  ObjectRegistry(Shard* shard, WallClock clock, EventSink sink);
  ~ObjectRegistry() override;

  // An object that was made otherwise.
  void adopt(std::unique_ptr<MediaObject> object);
  // `id` is chosen by the caller and must be new. Arguments have been checked against the descriptor. `prepared` is
  // what the class's `prepare` gave, where it has one.
  ApiResult<void> create(const ClassInfo& info, std::string id, const Arguments& arguments, Prepared prepared = {});
  // Answers within the call or later, on this thread. The operations of one object run in the order of these calls.
  // What one causes is told after its answer, if that comes within the call.
  void invoke(std::string_view id, const OperationInfo& operation, const Arguments& arguments, const Answer& answer);
  // The same for one that answers within the call.
  ApiResult<Value> invoke(std::string_view id, const OperationInfo& operation, const Arguments& arguments);
  // The ids of all that went, in the order in which they did: children before their parents. Empty where
  // there is no such object.
  std::vector<std::string> release(std::string_view id);
  void release_all();

  MediaObject* find(std::string_view id) override;
  void emit(Event event) override;
  base::WallTime wall_time() const override { return clock_(); }
  std::size_t size() const { return objects_.size(); }

 private:
  struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  void begin(MediaObject& object, const OperationInfo& operation, const Arguments& arguments, const Answer& answer);
  void tell_held_events();
  void leave(MediaObject& object);
  void destroy(MediaObject& object, std::vector<std::string>& destroyed);

  Shard* shard_;
  WallClock clock_;
  EventSink sink_;
  bool holding_ = false;
  std::vector<Event> held_;
  CallQueue calls_;
  std::unordered_map<std::string, std::unique_ptr<MediaObject>, StringHash, std::equal_to<>> objects_;
};

}  // namespace kaskado::pipeline
