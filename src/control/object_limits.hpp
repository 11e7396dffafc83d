// Whether one more object may be made: how many the server has, how many its session has, whether the machine
// has enough to make it from, and whether the server takes new pipelines at all.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "control/object_table.hpp"
#include "control/settings.hpp"
#include "pipeline/api_error.hpp"

namespace kaskado::control {

class ObjectLimits {
 public:
  // Says what the machine has too little of, if anything.
  using Shortage = std::function<std::optional<std::string>()>;

  ObjectLimits(const ControlSettings& settings, Shortage shortage)
      : settings_(settings), shortage_(std::move(shortage)) {}

  // Counts one more object of the session, or says why there may be none: 40009 NOT_ENOUGH_RESOURCES with the
  // limit's name. What was admitted is given back by gone(), whether it came into being or not.
  pipeline::ApiResult<void> admit(SessionKey session, bool is_pipeline);
  void gone(SessionKey session, bool is_pipeline);

  // From now on no pipeline is admitted; what the old ones need still is.
  void drain() { is_draining_ = true; }
  bool is_draining() const { return is_draining_; }
  // Of all sessions, those that are being made or released included.
  std::size_t pipelines() const { return all_.pipelines; }

 private:
  struct Made {
    std::size_t objects = 0;
    std::size_t pipelines = 0;
  };
  std::optional<std::string> refusal(const Made& made, bool is_pipeline) const;

  const ControlSettings& settings_;
  const Shortage shortage_;
  std::unordered_map<SessionKey, Made> made_;  // of sessions that have made something that is still there
  Made all_;
  bool is_draining_ = false;
};

}  // namespace kaskado::control
