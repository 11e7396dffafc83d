// The operations of objects that have not been answered yet. Those of one object run one after the other:
// behind one that answers later the next wait, so that a client's requests to it keep their order.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "pipeline/class_info.hpp"

namespace kaskado::pipeline {

// All on one thread: the objects'.
class CallQueue {
 public:
  // Operations that wait for one object; what is beyond is refused at once.
  static constexpr std::size_t kMostWaiting = 256;

  // How an operation is begun on its object: with events held back until its answer, if that comes within the
  // call.
  using Begin = std::function<void(MediaObject& object, const OperationInfo& operation,
                                   const Arguments& arguments, const Answer& answer)>;
  explicit CallQueue(Begin begin);

  void call(MediaObject& object, const OperationInfo& operation, const Arguments& arguments, Answer answer);
  // The object goes: what has not been answered is answered with `error`.
  void drop(const std::string& id, const ApiError& error);
  // Objects that have an operation under way.
  std::size_t busy() const;

 private:
  struct Waiting {
    const OperationInfo* operation;
    Arguments arguments;
    Answer answer;
  };
  struct Line {
    MediaObject* object;
    std::uint64_t number;  // of the operation that is under way
    Answer answer;         // its own
    std::deque<Waiting> waiting;
    bool beginning = false;
  };
  struct State;

  static void begin(const std::shared_ptr<State>& state, const std::string& id,
                    const OperationInfo& operation, const Arguments& arguments, Answer answer);
  static void answered(const std::shared_ptr<State>& state, const std::string& id, std::uint64_t number,
                       ApiResult<Value> result);
  static void go_on(const std::shared_ptr<State>& state, const std::string& id);

  const std::shared_ptr<State> state_;  // answers that come too late find it gone
};

}  // namespace kaskado::pipeline
