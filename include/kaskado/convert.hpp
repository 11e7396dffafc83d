// From values to C++ types and back.
//
// A complex type of the descriptor becomes a struct of yours by two functions beside it, in its namespace:
//
//   struct Window { int x = 0; double scale = 1; std::optional<std::string> image; };
//   inline void from_value(const kaskado::sdk::Value& value, Window& window) {
//     using kaskado::sdk::read;
//     read(value, "x", window.x);
//     read(value, "scale", window.scale);
//     read(value, "image", window.image);
//   }
//   inline kaskado::sdk::Value to_value(const Window& window) { … }   // only where it is a result
//
// The same two make an enumeration of yours; without them its values are texts.
//
// Reading is total: the server has checked what clients send against the descriptor, and what is not there or
// of another kind leaves the target as it was.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <kaskado/value.hpp>

namespace kaskado::sdk {

template <typename T>
concept Integer = std::integral<T> && !std::same_as<T, bool>;

inline void from_value(const Value& value, Value& into) {
  into = value;
}

inline void from_value(const Value& value, bool& into) {
  if (const bool* boolean = value.boolean()) into = *boolean;
}

inline void from_value(const Value& value, std::string& into) {
  if (const std::string* text = value.string()) into = *text;
}

template <std::floating_point T>
void from_value(const Value& value, T& into) {
  if (const double* real = value.real()) into = static_cast<T>(*real);
  if (const std::int64_t* whole = value.integer()) into = static_cast<T>(*whole);
}

// Cut off towards zero; the nearest that T can hold.
template <Integer T>
void from_value(const Value& value, T& into) {
  using Limits = std::numeric_limits<T>;
  if (const std::int64_t* whole = value.integer()) {
    into = std::cmp_less(*whole, Limits::min())      ? Limits::min()
           : std::cmp_greater(*whole, Limits::max()) ? Limits::max()
                                                     : static_cast<T>(*whole);
  } else if (const double* real = value.real(); real && !std::isnan(*real)) {
    into = *real <= static_cast<double>(Limits::min())   ? Limits::min()
           : *real >= static_cast<double>(Limits::max()) ? Limits::max()
                                                         : static_cast<T>(*real);
  }
}

template <typename T>
void from_value(const Value& value, std::optional<T>& into);
template <typename T>
void from_value(const Value& value, std::vector<T>& into);
template <typename T>
void from_value(const Value& value, std::map<std::string, T>& into);

template <typename T>
T as(const Value& value) {
  T result{};
  from_value(value, result);
  return result;
}

// A member of a map.
template <typename T>
void read(const Value& map, std::string_view name, T& into) {
  if (const Value* member = map.find(name)) from_value(*member, into);
}

template <typename T>
void from_value(const Value& value, std::optional<T>& into) {
  if (!value.is_null()) into = as<T>(value);
}

template <typename T>
void from_value(const Value& value, std::vector<T>& into) {
  if (!value.list()) return;
  into.clear();
  into.reserve(value.list()->size());
  for (const Value& item : *value.list()) into.push_back(as<T>(item));
}

template <typename T>
void from_value(const Value& value, std::map<std::string, T>& into) {
  if (!value.map()) return;
  into.clear();
  for (const auto& [name, item] : *value.map()) into.emplace(name, as<T>(item));
}

// Whatever makes a Value by itself.
template <typename T>
requires std::constructible_from<Value, T> Value to_value(const T& value) {
  return Value(value);
}

template <Integer T>
requires(!std::constructible_from<Value, T>) Value to_value(T value) {
  return Value(static_cast<std::int64_t>(value));
}

inline Value to_value(float value) {
  return Value(double{value});
}

template <typename T>
Value to_value(const std::optional<T>& value);
template <typename T>
requires(!std::same_as<T, Value>) Value to_value(const std::vector<T>& items);
template <typename T>
Value to_value(const std::map<std::string, T>& items);

template <typename T>
Value to_value(const std::optional<T>& value) {
  return value ? to_value(*value) : Value();
}

template <typename T>
requires(!std::same_as<T, Value>) Value to_value(const std::vector<T>& items) {
  List list;
  list.reserve(items.size());
  for (const auto& item : items) list.push_back(to_value(static_cast<const T&>(item)));
  return list;
}

template <typename T>
Value to_value(const std::map<std::string, T>& items) {
  Map map;
  for (const auto& [name, item] : items) map.emplace(name, to_value(item));
  return map;
}

}  // namespace kaskado::sdk
