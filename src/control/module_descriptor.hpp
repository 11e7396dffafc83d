// Reads the descriptor of a module (`<name>.kmd.json`) into the tables that built-in classes have from the
// build: docs/modules.md says what may stand in it.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/class_info.hpp"

namespace kaskado::control {

// What the classes of modules are made and called with.
struct ModuleHost {
  int abi = 0;  // that libraries have to be built for
  decltype(pipeline::ClassInfo::create) create = nullptr;
  decltype(pipeline::ClassInfo::prepare) prepare = nullptr;
  decltype(pipeline::OperationInfo::start) start = nullptr;
};

// The tables of one module. They name each other and `modules`, and must not be moved or let go of while
// anybody knows one of them.
struct ModuleTables {
  ModuleTables() = default;
  ModuleTables(const ModuleTables&) = delete;
  ModuleTables& operator=(const ModuleTables&) = delete;

  pipeline::ModuleInfo info;
  std::string library;                            // a file beside the descriptor
  std::vector<pipeline::ClassInfo*> own_classes;  // in their order, to be given their origin

  // What `info` points to.
  std::deque<std::string> texts;
  std::deque<std::vector<std::string_view>> names;
  std::deque<std::vector<pipeline::ParameterInfo>> parameters;
  std::deque<std::vector<pipeline::OperationInfo>> operations;
  std::deque<std::vector<const pipeline::EventInfo*>> class_events;
  std::deque<pipeline::EnumInfo> enumerations;
  std::deque<pipeline::RecordInfo> records;
  std::deque<pipeline::EventInfo> events;
  std::deque<pipeline::ClassInfo> classes;
  std::vector<const pipeline::EnumInfo*> enumeration_list;
  std::vector<const pipeline::RecordInfo*> record_list;
  std::vector<const pipeline::EventInfo*> event_list;
  std::vector<const pipeline::ClassInfo*> class_list;
};

// Either tables or what is wrong, a sentence for each mistake; more than kMostProblems are not looked for.
struct ReadDescriptor {
  static constexpr std::size_t kMostProblems = 32;
  std::unique_ptr<ModuleTables> tables;
  std::vector<std::string> problems;
};

// Names that the module does not define itself are looked up in `modules`, in their order. `text` is anything
// that somebody put there: a few megabytes at the most are read.
ReadDescriptor read_descriptor(std::string_view text, std::span<const pipeline::ModuleInfo> modules,
                               const ModuleHost& host);

}  // namespace kaskado::control
