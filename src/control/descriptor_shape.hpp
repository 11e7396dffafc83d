// The form of a descriptor: which keys each of its parts must and may have, and of what kind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/value.hpp"

namespace kaskado::control {

enum class Part {
  descriptor,
  kaskado,
  class_,
  constructor,
  parameter,
  property,
  method,
  result,
  enumeration,
  record,
  event
};

// Collects what is wrong with one descriptor.
class Problems {
 public:
  explicit Problems(std::size_t most) : most_(most) {}
  void add(std::string problem) {
    if (all_.size() < most_) all_.push_back(std::move(problem));
  }
  bool empty() const { return all_.empty(); }
  std::vector<std::string> take() { return std::move(all_); }

 private:
  const std::size_t most_;
  std::vector<std::string> all_;
};

// The value as an object of that part; nullptr, with the problems named, where it lacks something or has it
// of another kind. Keys that are unknown are named too.
const pipeline::Object* shaped(const pipeline::Value& value, Part part, const std::string& where,
                               Problems& problems);

// Of an object that has been shaped.
std::string_view text_of(const pipeline::Object& object, std::string_view key);  // empty where there is none
bool flag_of(const pipeline::Object& object, std::string_view key);              // false where there is none
const pipeline::Array& list_of(const pipeline::Object& object,
                               std::string_view key);  // empty where there is none
// Letters, digits and underscores, not a digit first.
bool is_identifier(std::string_view name);

}  // namespace kaskado::control
