// What parameters, results and members of events are made of.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kaskado::sdk {

class Value;
using List = std::vector<Value>;
// Members by name: a complex type of the descriptor, or a map (`String<>`).
using Map = std::map<std::string, Value, std::less<>>;

// Null, a boolean, a whole number, a real number, a text, a list or a map. Complex types are maps here: the
// server adds the names of their types by the descriptor.
class Value {
 public:
  Value() = default;                                       // null
  Value(bool v) : content_(v) {}                           // NOLINT: implicit by design, as are the others
  Value(int v) : content_(std::int64_t{v}) {}              // NOLINT
  Value(std::int64_t v) : content_(v) {}                   // NOLINT
  Value(double v) : content_(v) {}                         // NOLINT
  Value(std::string v) : content_(std::move(v)) {}         // NOLINT
  Value(std::string_view v) : content_(std::string(v)) {}  // NOLINT
  Value(const char* v) : content_(std::string(v)) {}       // NOLINT
  Value(List v) : content_(std::move(v)) {}                // NOLINT
  Value(Map v) : content_(std::move(v)) {}                 // NOLINT

  bool is_null() const { return std::holds_alternative<std::monostate>(content_); }
  // Each gives nullptr where the value is of another kind.
  const bool* boolean() const { return std::get_if<bool>(&content_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&content_); }
  const double* real() const { return std::get_if<double>(&content_); }
  const std::string* string() const { return std::get_if<std::string>(&content_); }
  const List* list() const { return std::get_if<List>(&content_); }
  const Map* map() const { return std::get_if<Map>(&content_); }

  // A member of a map; nullptr where there is none, or where it is null.
  const Value* find(std::string_view name) const {
    const Map* members = map();
    const auto found = members ? members->find(name) : Map::const_iterator();
    return members && found != members->end() && !found->second.is_null() ? &found->second : nullptr;
  }

  friend bool operator==(const Value& a, const Value& b) { return a.content_ == b.content_; }

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> content_;
};

}  // namespace kaskado::sdk
