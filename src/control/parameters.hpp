// Binds JSON parameters to the `Arguments` of a constructor or an operation, by its table.
//
// What is accepted for what, as Kurento's clients know it (– is refused):
//
//   wanted        null    true/false  number               text        array  object
//   String        ""      "true"…     its text ("5")       itself      –      –
//   boolean       false   itself      whether it is not 0  –           –      –
//   int, int64    0       0 or 1      cut off, in range    –           –      –
//   double        0.0     0.0 or 1.0  itself               –           –      –
//   enumeration   as String, then it must be one of the values
//   object        as String, then it must be the id of an object of the class
//   record        all members missing  –  –                –           –      its members
//   list          empty   –           –                    –           items  –
//   map           empty   –           –                    –           –      members
//
// A missing parameter takes its default; without one it is null if optional, and refused with the message of
// a wrong type if not. Members that the table does not know are ignored. Messages (40001 MARSHALL_ERROR):
// `'name' parameter should be a string` (a boolean, a integer, a double, a object, a list), inside of records
// `'name' property should be a …`, inside of lists and maps `'name' items should be a …`, and `Invalid value
// for 'MediaType'`.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/class_info.hpp"

namespace kaskado::control {

// The class of the object with this id, nullptr where there is none.
using ClassOf = std::function<const pipeline::ClassInfo*(std::string_view id)>;

// `given` may be nullptr (nothing given). The order of errors is the order of the parameters. An unknown
// object is 40101, one of the wrong class 40001.
pipeline::ApiResult<pipeline::Arguments> bind_parameters(std::span<const pipeline::ParameterInfo> parameters,
                                                         const pipeline::Object* given,
                                                         const ClassOf& class_of);

// A boolean from what is taken for one (see the table).
std::optional<bool> as_boolean(const pipeline::Value& value);
// A value as the text that Kurento's JSON library would give for it, nothing for an array or an object.
std::optional<std::string> as_text(const pipeline::Value& value);

}  // namespace kaskado::control
