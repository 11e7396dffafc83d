// Who wants to hear of which events, by object.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "control/object_table.hpp"
#include "pipeline/class_info.hpp"

namespace kaskado::control {

// To one name of an event: its own or a twin's.
struct Subscription {
  std::string id;
  SessionKey session;
  const pipeline::EventInfo* event;
  std::string_view name;  // in the event's table
  bool repeats = false;   // kept by Subscriptions: an earlier one of this session has the same event and name

  bool same_as(const Subscription& other) const {
    return session == other.session && event == other.event && name == other.name;
  }
};

class Subscriptions {
 public:
  // Where one more would be too many, add() gives false.
  static constexpr std::size_t kMaxPerObject = 10'000;
  static constexpr std::size_t kMaxTotal = 1'000'000;

  bool add(std::string_view object, Subscription subscription);
  // Unknown objects and subscriptions are ignored.
  void remove(std::string_view object, std::string_view subscription);
  void remove_object(std::string_view object);
  void remove_session(SessionKey session);
  // Each (session, name) once, however often it has subscribed, in the order of subscription.
  std::vector<const Subscription*> to(std::string_view object, const pipeline::EventInfo& event) const;

  std::size_t size() const { return total_; }

 private:
  struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, std::vector<Subscription>, StringHash, std::equal_to<>> by_object_;
  std::size_t total_ = 0;
};

}  // namespace kaskado::control
