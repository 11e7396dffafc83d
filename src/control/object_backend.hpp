// The seam between the control loop and the threads on which media objects live.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/class_info.hpp"

namespace kaskado::control {

template <typename T>
using Reply = std::function<void(pipeline::ApiResult<T>)>;

// Where an object lives, and where its pipeline does.
struct Place {
  std::size_t home;
  std::size_t shard;
};

// Commands to one object run in the order in which they are given, and their replies come back in that order; those to
// several may overtake each other, where a creation prepares or an operation answers later. The end of an object is told
// before the reply to its release, what an operation causes within its call after its reply. A reply is called at most once,
// on the control thread, within the call or later; never after the control plane is gone. Nothing here waits.
class ObjectBackend {
 public:
  virtual ~ObjectBackend() = default;
  // Where the next pipeline should live.
  virtual std::size_t shard_for_new_pipeline() = 0;
  // And the next element of a pipeline that lives on `home`.
  virtual std::size_t shard_for_new_element(const pipeline::ClassInfo& info, std::size_t home) = 0;
  // `id` is new; the arguments have been checked against the table, their object references as well.
  virtual void create(Place place, const pipeline::ClassInfo& info, std::string id,
                      pipeline::Arguments arguments, Reply<void> reply) = 0;
  virtual void invoke(std::size_t shard, std::string id, const pipeline::OperationInfo& operation,
                      pipeline::Arguments arguments, Reply<pipeline::Value> reply) = 0;
  // For operators: a list with what each shard tells of itself.
  virtual void shard_statistics(Reply<pipeline::Value> reply) = 0;
  // `shard` is the pipeline's. Answers the ids of all that went with it, children before their parents.
  virtual void release(std::size_t shard, std::string id, Reply<std::vector<std::string>> reply) = 0;
};

}  // namespace kaskado::control
