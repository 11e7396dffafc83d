// What a module's tables and descriptor tell of it.
#pragma once

#include <string>
#include <vector>

#include "pipeline/class_info.hpp"

namespace kaskado::control {

// Of the descriptor; empty where it names none.
std::string module_version(const pipeline::ModuleInfo& module);
// The names of the classes that clients can create, sorted.
std::vector<std::string> module_factories(const pipeline::ModuleInfo& module);

}  // namespace kaskado::control
