// Calls a handler with arguments that came as values, for generated code.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "pipeline/api_error.hpp"
#include "pipeline/class_info.hpp"
#include "pipeline/kmd/convert.hpp"
#include "pipeline/media_object.hpp"

namespace kaskado::pipeline::kmd {

// Turns arguments into what a handler takes. References to objects are looked up on this thread; the first
// that fails is the error, and the handler must not be called then.
class Binder {
 public:
  Binder(ObjectHost& host, const Arguments& arguments, std::span<const ParameterInfo> parameters)
      : host_(host), arguments_(arguments), parameters_(parameters) {}

  template <typename T>
  T bind(std::size_t index) {
    const Value& value = at(index);
    if constexpr (std::is_pointer_v<T>) {
      return bind_object<std::remove_pointer_t<T>>(index, value);
    } else if constexpr (IsList<T>::value) {
      if constexpr (std::is_pointer_v<typename T::value_type>) {
        return bind_objects<std::remove_pointer_t<typename T::value_type>>(index, value);
      } else {
        return read<T>(value);
      }
    } else {
      return read<T>(value);
    }
  }

  bool failed() const { return error_.has_value(); }
  ApiError error() &&;

 private:
  const Value& at(std::size_t index) const;  // null where there are too few
  MediaObject* find(std::size_t index, const Value& reference);
  void fail_class(std::size_t index, const MediaObject& object);
  void fail_missing(std::size_t index);

  template <typename T>
  T* cast(std::size_t index, const Value& reference) {
    MediaObject* object = find(index, reference);
    if (!object) return nullptr;
    T* result = dynamic_cast<T*>(object);
    if (!result) fail_class(index, *object);
    return result;
  }

  template <typename T>
  T* bind_object(std::size_t index, const Value& reference) {
    if (!reference.is_null()) return cast<T>(index, reference);
    if (!parameters_[index].optional) fail_missing(index);
    return nullptr;
  }

  template <typename T>
  std::vector<T*> bind_objects(std::size_t index, const Value& references) {
    std::vector<T*> objects;
    if (!references.array()) return objects;
    for (const Value& reference : *references.array()) objects.push_back(cast<T>(index, reference));
    return objects;
  }

  ObjectHost& host_;
  const Arguments& arguments_;
  std::span<const ParameterInfo> parameters_;
  std::optional<ApiError> error_;
};

ApiError not_supported(const MediaObject& object);

// A map without entries is null on the wire (getStats before there is anything to tell), a list is not.
template <typename T>
ApiResult<Value> answer(ApiResult<T> result) {
  if (!result) return std::move(result).error();
  if constexpr (std::is_void_v<T>) {
    return Value();
  } else if constexpr (IsMap<T>::value) {
    return result->empty() ? Value() : write(*result);
  } else {
    return write(*result);
  }
}

// The type of the result that a function of a handler's answer takes.
template <typename T>
struct AnsweredBy;
template <typename R>
struct AnsweredBy<std::function<void(ApiResult<R>)>> {
  using Result = R;
};

// `Api` is the interface that the object's class implements; handlers return ApiResult.
template <typename Api, typename R, typename... P>
ApiResult<Value> invoke(MediaObject& object, ApiResult<R> (Api::*handler)(P...), const Arguments& arguments,
                        std::span<const ParameterInfo> parameters) {
  Api* self = dynamic_cast<Api*>(&object);
  if (!self) return not_supported(object);
  Binder in(object.host(), arguments, parameters);
  return [&]<std::size_t... I>(std::index_sequence<I...>)->ApiResult<Value> {
    std::tuple<P...> bound{in.template bind<P>(I)...};  // in the order of the parameters
    if (in.failed()) return std::move(in).error();
    return answer((self->*handler)(std::get<I>(std::move(bound))...));
  }
  (std::index_sequence_for<P...>());
}

// The same for a handler that answers by the function that it takes last.
template <typename Api, typename... P>
void start(MediaObject& object, void (Api::*handler)(P...), const Arguments& arguments,
           std::span<const ParameterInfo> parameters, Answer reply) {
  Api* self = dynamic_cast<Api*>(&object);
  if (!self) return reply(not_supported(object));
  Binder in(object.host(), arguments, parameters);
  using All = std::tuple<P...>;
  constexpr std::size_t kBound = sizeof...(P) - 1;
  using Result = typename AnsweredBy<std::tuple_element_t<kBound, All>>::Result;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    std::tuple<std::tuple_element_t<I, All>...> bound{in.template bind<std::tuple_element_t<I, All>>(I)...};
    if (in.failed()) return reply(std::move(in).error());
    (self->*handler)(std::get<I>(std::move(bound))...,
                     [reply](ApiResult<Result> result) { reply(answer(std::move(result))); });
  }
  (std::make_index_sequence<kBound>());
}

}  // namespace kaskado::pipeline::kmd
