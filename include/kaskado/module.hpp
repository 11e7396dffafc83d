// How a library tells the server which of its classes implement which of the descriptor's:
//
//   KASKADO_MODULE(module) {
//     module.filter<Chroma, WindowParam, std::string>("ChromaFilter")
//         .method("setBackground", &Chroma::set_background)
//         .property("threshold", &Chroma::threshold, &Chroma::set_threshold);
//   }
//
// The types behind the class are those of its constructor's parameters after `FilterContext&`: the
// descriptor's without `mediaPipeline`. Handlers are members, or functions that take the filter first. Names,
// and the numbers of parameters, have to be the descriptor's, or the server refuses the module and names what
// differs.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <kaskado/convert.hpp>
#include <kaskado/filter.hpp>
#include <kaskado/value.hpp>

namespace kaskado::sdk {

// Counts up with every change to these headers that makes old libraries unfit. The descriptor names it too.
inline constexpr int kAbi = 1;

// As many values as parameters, in the descriptor's order; null stands for an optional one that was not
// given.
using Arguments = std::span<const Value>;

struct Operation {
  std::string name;
  std::size_t parameters;
  std::function<Value(Filter& filter, Arguments arguments)> run;
};

struct FilterClass {
  std::string name;
  std::size_t parameters;  // without mediaPipeline
  std::function<std::unique_ptr<Filter>(FilterContext& context, Arguments arguments)> create;
  std::vector<Operation> operations;  // accessors of properties (`getFoo`, `setFoo`) among them
};

namespace detail {

template <typename T>
using Plain = std::remove_cvref_t<T>;

// Calls a handler with the filter and the arguments, bound to the types `P`.
template <typename Filter_, typename R, typename... P>
struct Handler {
  template <typename Callable>
  static Operation make(std::string name, Callable callable) {
    return {std::move(name), sizeof...(P), [callable](Filter& filter, Arguments arguments) -> Value {
              return call(callable, static_cast<Filter_&>(filter), arguments,
                          std::index_sequence_for<P...>());
            }};
  }

 private:
  template <typename Callable, std::size_t... I>
  static Value call(const Callable& callable, Filter_& filter, [[maybe_unused]] Arguments arguments,
                    std::index_sequence<I...>) {
    if constexpr (std::is_void_v<R>) {
      std::invoke(callable, filter, as<Plain<P>>(arguments[I])...);
      return {};
    } else {
      return to_value(
          static_cast<const Plain<R>&>(std::invoke(callable, filter, as<Plain<P>>(arguments[I])...)));
    }
  }
};

// From the type of a callable to the handler that calls it.
template <typename Filter_, typename Callable>
struct HandlerOf : HandlerOf<Filter_, decltype(&Callable::operator())> {};
// Lambdas, which take the filter first.
template <typename Filter_, typename L, typename R, typename Self, typename... P>
requires(std::is_base_of_v<Plain<Self>, Filter_> &&
         !std::is_base_of_v<Filter, L>) struct HandlerOf<Filter_, R (L::*)(Self, P...) const>
    : Handler<Filter_, R, P...> {
};
template <typename Filter_, typename R, typename Self, typename... P>
struct HandlerOf<Filter_, R (*)(Self, P...)> : Handler<Filter_, R, P...> {};
template <typename Filter_, typename C, typename R, typename... P>
requires std::is_base_of_v<C, Filter_>
struct HandlerOf<Filter_, R (C::*)(P...)> : Handler<Filter_, R, P...> {
};
template <typename Filter_, typename C, typename R, typename... P>
requires std::is_base_of_v<C, Filter_>
struct HandlerOf<Filter_, R (C::*)(P...) const> : Handler<Filter_, R, P...> {
};
template <typename Filter_, typename C, typename R, typename... P>
requires std::is_base_of_v<C, Filter_>
struct HandlerOf<Filter_, R (C::*)(P...) noexcept> : Handler<Filter_, R, P...> {
};
template <typename Filter_, typename C, typename R, typename... P>
requires std::is_base_of_v<C, Filter_>
struct HandlerOf<Filter_, R (C::*)(P...) const noexcept> : Handler<Filter_, R, P...> {
};

// `foo` -> `getFoo`.
inline std::string accessor(const char* verb, std::string property) {
  if (!property.empty() && property[0] >= 'a' && property[0] <= 'z')
    property[0] = static_cast<char>(property[0] - 'a' + 'A');
  return verb + property;
}

}  // namespace detail

template <typename T>
class ClassRegistration {
 public:
  explicit ClassRegistration(FilterClass& into) : into_(into) {}

  template <typename Callable>
  ClassRegistration& method(std::string name, Callable handler) {
    into_.operations.push_back(detail::HandlerOf<T, Callable>::make(std::move(name), std::move(handler)));
    return *this;
  }

  // One that clients only read.
  template <typename Getter>
  ClassRegistration& property(const std::string& name, Getter getter) {
    return method(detail::accessor("get", name), std::move(getter));
  }
  template <typename Getter, typename Setter>
  ClassRegistration& property(const std::string& name, Getter getter, Setter setter) {
    return property(name, std::move(getter)).method(detail::accessor("set", name), std::move(setter));
  }

 private:
  FilterClass& into_;
};

class Module {
 public:
  template <typename T, typename... P>
  requires std::is_base_of_v<Filter, T> ClassRegistration<T> filter(std::string name) {
    static_assert(std::is_constructible_v<T, FilterContext&, P...>, "the filter has no such constructor");
    classes_.push_back(std::make_unique<FilterClass>(
        FilterClass{std::move(name),
                    sizeof...(P),
                    [](FilterContext& context, Arguments arguments) -> std::unique_ptr<Filter> {
                      return make<T, P...>(context, arguments, std::index_sequence_for<P...>());
                    },
                    {}}));
    return ClassRegistration<T>(*classes_.back());
  }

  const std::vector<std::unique_ptr<FilterClass>>& classes() const { return classes_; }

 private:
  template <typename T, typename... P, std::size_t... I>
  static std::unique_ptr<Filter> make(FilterContext& context, [[maybe_unused]] Arguments arguments,
                                      std::index_sequence<I...>) {
    return std::make_unique<T>(context, as<detail::Plain<P>>(arguments[I])...);
  }

  std::vector<std::unique_ptr<FilterClass>> classes_;
};

// What the server looks for in the library; nullptr where it was built for another ABI than `abi`.
using ModuleEntry = const Module* (*)(int abi);
inline constexpr const char* kModuleEntryName = "kaskado_module_entry";

}  // namespace kaskado::sdk

// Followed by the body of a function that registers the classes with `name`; once in a library.
#define KASKADO_MODULE(name)                                                                            \
  static void kaskado_register_classes(::kaskado::sdk::Module& name);                                   \
  extern "C" __attribute__((visibility("default"))) const ::kaskado::sdk::Module* kaskado_module_entry( \
      int abi);                                                                                         \
  const ::kaskado::sdk::Module* kaskado_module_entry(int abi) {                                         \
    if (abi != ::kaskado::sdk::kAbi) return nullptr;                                                    \
    static const ::kaskado::sdk::Module* const module = [] {                                            \
      auto made = std::make_unique<::kaskado::sdk::Module>();                                           \
      kaskado_register_classes(*made);                                                                  \
      return made.release();                                                                            \
    }();                                                                                                \
    return module;                                                                                      \
  }                                                                                                     \
  static void kaskado_register_classes(::kaskado::sdk::Module& name)
