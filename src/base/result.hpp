// Result<T>: a value or a reason why there is none. For the cold path between rooms; packets use DropReason.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace kaskado::base {

// A sentence for a person, naming the field that was wrong and, where it helps, what to do next.
struct Error {
  std::string message;
};

template <typename T, typename E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(E error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return assert(ok()), std::get<0>(content_); }
  const T& value() const& { return assert(ok()), std::get<0>(content_); }
  T&& value() && { return assert(ok()), std::get<0>(std::move(content_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const E& error() const& { return assert(!ok()), std::get<1>(content_); }
  E&& error() && { return assert(!ok()), std::get<1>(std::move(content_)); }

 private:
  std::variant<T, E> content_;
};

template <typename E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(E error) : error_(std::move(error)), failed_(true) {}  // NOLINT: implicit by design

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  const E& error() const& { return assert(failed_), error_; }
  E&& error() && { return assert(failed_), std::move(error_); }

 private:
  E error_{};
  bool failed_ = false;
};

}  // namespace kaskado::base
