#include "pipeline/call_queue.hpp"

#include <exception>
#include <utility>

#include "pipeline/log.hpp"
#include "pipeline/media_object.hpp"

namespace kaskado::pipeline {

struct CallQueue::State {
  Begin begin;
  std::uint64_t last_number = 0;
  std::unordered_map<std::string, Line> lines;  // of the objects that are busy
};

CallQueue::CallQueue(Begin begin) : state_(std::make_shared<State>(State{std::move(begin), 0, {}})) {}

std::size_t CallQueue::busy() const {
  return state_->lines.size();
}

void CallQueue::call(MediaObject& object, const OperationInfo& operation, const Arguments& arguments,
                     Answer answer) {
  const auto busy = state_->lines.find(object.id());
  if (busy != state_->lines.end()) {
    if (busy->second.waiting.size() == kMostWaiting) {
      return answer(
          ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "Too many operations wait for '" + object.id() + "'"});
    }
    busy->second.waiting.push_back({&operation, arguments, std::move(answer)});
    return;
  }
  if (operation.run) return state_->begin(object, operation, arguments, answer);
  const std::string id = object.id();
  state_->lines.emplace(id, Line{&object, 0, {}, {}});
  begin(state_, id, operation, arguments, std::move(answer));
  go_on(state_, id);
}

// The line exists, and has nothing under way.
void CallQueue::begin(const std::shared_ptr<State>& state, const std::string& id,
                      const OperationInfo& operation, const Arguments& arguments, Answer answer) {
  Line& line = state->lines.at(id);
  line.number = ++state->last_number;
  line.answer = std::move(answer);
  const Answer once = [weak = std::weak_ptr<State>(state), id,
                       number = line.number](ApiResult<Value> result) {
    if (const auto there = weak.lock()) answered(there, id, number, std::move(result));
  };
  // In a loop of go_on() already, where an answer comes within the call.
  line.beginning = true;
  try {
    state->begin(*line.object, operation, arguments, once);
  } catch (const std::exception& failure) {
    LOG_ERROR(log, "%s: %s failed: %s", id.c_str(), std::string(operation.name).c_str(), failure.what());
    once(ApiError{ErrorCode::UNEXPECTED_ERROR, "Internal error"});
  }
  const auto still = state->lines.find(id);
  if (still != state->lines.end()) still->second.beginning = false;
}

void CallQueue::answered(const std::shared_ptr<State>& state, const std::string& id, std::uint64_t number,
                         ApiResult<Value> result) {
  const auto found = state->lines.find(id);
  if (found == state->lines.end() || found->second.number != number || !found->second.answer) return;
  const Answer answer = std::exchange(found->second.answer, nullptr);
  const bool beginning = found->second.beginning;
  answer(std::move(result));
  if (!beginning) go_on(state, id);
}

// Begins what waits, as long as each is answered within its call.
void CallQueue::go_on(const std::shared_ptr<State>& state, const std::string& id) {
  for (;;) {
    const auto found = state->lines.find(id);
    if (found == state->lines.end() || found->second.answer) return;
    if (found->second.waiting.empty()) {
      state->lines.erase(found);
      return;
    }
    Waiting next = std::move(found->second.waiting.front());
    found->second.waiting.pop_front();
    begin(state, id, *next.operation, next.arguments, std::move(next.answer));
  }
}

void CallQueue::drop(const std::string& id, const ApiError& error) {
  const auto found = state_->lines.find(id);
  if (found == state_->lines.end()) return;
  const Line line = std::move(found->second);
  state_->lines.erase(found);
  if (line.answer) line.answer(error);
  for (const Waiting& waiting : line.waiting) waiting.answer(error);
}

}  // namespace kaskado::pipeline
