#include "elements/module_library.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "elements/log.hpp"
#include "pipeline/api.hpp"

namespace kaskado::elements {
namespace {

std::string parameters_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " parameter" : " parameters");
}

const sdk::FilterClass* find_class(const sdk::Module& module, std::string_view name) {
  for (const auto& each : module.classes()) {
    if (each->name == name) return each.get();
  }
  return nullptr;
}

// Of the class and of all above it that are not the server's own.
std::map<std::string, std::size_t> described_operations(const pipeline::ClassInfo& info) {
  std::map<std::string, std::size_t> operations;
  for (const pipeline::ClassInfo* c = &info; c && c->origin; c = c->parent) {
    for (const pipeline::OperationInfo& operation : c->operations) {
      operations.emplace(operation.name, operation.parameters.size());
    }
  }
  return operations;
}

void compare_operations(const pipeline::ClassInfo& info, const sdk::FilterClass& registered,
                        std::vector<std::string>& found) {
  std::map<std::string, std::size_t> described = described_operations(info);
  std::set<std::string> seen;
  const std::string of_class = std::string(info.name) + ".";
  for (const sdk::Operation& operation : registered.operations) {
    const std::string name = of_class + operation.name;
    const auto wanted = described.find(operation.name);
    if (!seen.insert(operation.name).second) {
      found.push_back("registers " + name + " twice");
    } else if (wanted == described.end()) {
      found.push_back("registers " + name + ", which the descriptor has not");
    } else if (wanted->second != operation.parameters) {
      found.push_back("registers " + name + " with " + parameters_text(operation.parameters) +
                      ", the descriptor has " + std::to_string(wanted->second));
    }
  }
  for (const auto& [name, parameters] : described) {
    if (!seen.contains(name)) found.push_back("has no handler for " + of_class + name);
  }
}

}  // namespace

std::vector<const pipeline::ParameterInfo*> filter_parameters(const pipeline::ClassInfo& info) {
  std::vector<const pipeline::ParameterInfo*> parameters;
  for (const pipeline::ParameterInfo& parameter : info.constructor) {
    if (parameter.type.object != &pipeline::kMediaPipelineClass) parameters.push_back(&parameter);
  }
  return parameters;
}

std::vector<std::string> differences(const std::vector<const pipeline::ClassInfo*>& classes,
                                     const sdk::Module& module) {
  std::vector<std::string> found;
  for (const auto& registered : module.classes()) {
    const auto described =
        std::ranges::find(classes, std::string_view(registered->name), &pipeline::ClassInfo::name);
    if (described == classes.end()) {
      found.push_back("registers " + registered->name + ", which the descriptor has not");
      continue;
    }
    const std::size_t parameters = filter_parameters(**described).size();
    if (parameters != registered->parameters) {
      found.push_back("registers " + registered->name + " with " + parameters_text(registered->parameters) +
                      " of its constructor, the descriptor has " + std::to_string(parameters));
    }
    compare_operations(**described, *registered, found);
  }
  for (const pipeline::ClassInfo* described : classes) {
    if (!find_class(module, described->name))
      found.push_back("does not register " + std::string(described->name));
  }
  return found;
}

ModuleLibrary::ModuleLibrary(std::string path, std::vector<const pipeline::ClassInfo*> classes,
                             FilterServices services)
    : path_(std::move(path)), classes_(std::move(classes)), services_(std::move(services)) {}

base::Result<const sdk::FilterClass*> ModuleLibrary::find(const pipeline::ClassInfo& info) const {
  const std::lock_guard lock(mutex_);
  if (!module_) {
    module_ = load();
    if (*module_) {
      LOG_INFO(log, "loaded %s", path_.c_str());
    } else {
      LOG_ERROR(log, "%s", module_->error().message.c_str());
    }
  }
  if (!*module_) return module_->error();
  return find_class(***module_, info.name);
}

base::Result<const sdk::Module*> ModuleLibrary::load() const {
  const auto refused = [this](const std::string& why) {
    return base::Error{"The module " + path_ + " " + why};
  };
  void* const library = dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return refused(std::string("cannot be loaded: ") + dlerror());
  const auto entry = reinterpret_cast<sdk::ModuleEntry>(dlsym(library, sdk::kModuleEntryName));
  if (!entry) return refused(std::string("does not export ") + sdk::kModuleEntryName + "()");
  const sdk::Module* module = nullptr;
  try {
    module = entry(sdk::kAbi);
  } catch (const std::exception& failure) {
    return refused(std::string("fails to register its classes: ") + failure.what());
  }
  if (!module) return refused("was built for another ABI than " + std::to_string(sdk::kAbi));
  std::string all;
  for (const std::string& difference : differences(classes_, *module))
    all += (all.empty() ? "" : "; it ") + difference;
  if (!all.empty()) return refused(all);
  return module;
}

}  // namespace kaskado::elements
