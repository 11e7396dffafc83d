// Values between the protocol's form and that of modules. What modules give is brought into the form that
// their descriptor says: they need not tell whole numbers from real ones, nor name types.
#pragma once

#include <span>

#include <kaskado/value.hpp>

#include "pipeline/class_info.hpp"
#include "pipeline/value.hpp"

namespace kaskado::elements {

// Complex values become maps. An object of the server is its id.
sdk::Value to_sdk(const pipeline::Value& value);

// Null where the value cannot be taken for the type.
pipeline::Value from_sdk(const sdk::Value& value, const pipeline::TypeInfo& type);
// The members of an event that are its own, and `type` where the event has that; those that were not given
// are null.
pipeline::Object event_members(const pipeline::EventInfo& event, const sdk::Map& given);

}  // namespace kaskado::elements
