// A value of the Kurento protocol outside of any wire format: what parameters, results and event members are
// made of when they cross between the control loop and a shard.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kaskado::pipeline {

class Value;
using Array = std::vector<Value>;

// Named members in order. With a type it is a complex value and carries `__module__` and `__type__` on the
// wire; without one it is a plain map.
struct Object {
  std::string module;  // "kurento" for core, elements and filters; a module's own name otherwise
  std::string type;
  std::vector<std::pair<std::string, Value>> members;

  void set(std::string name, Value value);
  const Value* find(std::string_view name) const;  // nullptr where there is none
};

class Value {
 public:
  Value() = default;  // null
  Value(bool v) : content_(v) {}  // NOLINT: implicit by design, as are the others
  Value(int v) : content_(std::int64_t{v}) {}
  Value(std::int64_t v) : content_(v) {}
  Value(double v) : content_(v) {}
  Value(std::string v) : content_(std::move(v)) {}
  Value(std::string_view v) : content_(std::string(v)) {}
  Value(const char* v) : content_(std::string(v)) {}
  Value(Array v) : content_(std::move(v)) {}
  Value(Object v) : content_(std::move(v)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(content_); }
  // Each gives nullptr when the value is of another kind.
  const bool* boolean() const { return std::get_if<bool>(&content_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&content_); }
  const double* real() const { return std::get_if<double>(&content_); }
  const std::string* string() const { return std::get_if<std::string>(&content_); }
  const Array* array() const { return std::get_if<Array>(&content_); }
  const Object* object() const { return std::get_if<Object>(&content_); }

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> content_;
};

inline void Object::set(std::string name, Value value) { members.emplace_back(std::move(name), std::move(value)); }

inline const Value* Object::find(std::string_view name) const {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace kaskado::pipeline
