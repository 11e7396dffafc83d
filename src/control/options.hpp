// The command line, in Kurento's options.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipeline/class_info.hpp"

namespace kaskado::control {

struct Options {
  std::string conf_file;            // -f; empty where not given: see find_conf_file()
  std::string modules_config_path;  // -c; empty where not given: "modules" beside the configuration file
  std::string modules_path;         // -p: directories of modules, ':' between them
  std::string logs_path;            // -d; empty where lines go to the error output
  std::uint64_t log_file_megabytes = 100;  // -s
  int log_files = 10;                      // -n
  bool list = false;                       // -l
  bool version = false;                    // -v
  bool help = false;                       // -h
};

// `arguments` without the program's name. The error says which argument is wrong and what is allowed; the
// program should write it to its error output and exit with kUsageExitCode.
base::Result<Options> parse_options(std::span<const char* const> arguments);
inline constexpr int kUsageExitCode = 2;

std::string help_text(std::string_view program);
// What --version and --list write.
std::string version_text(std::string_view version);
std::string module_listing(std::span<const pipeline::ModuleInfo> modules);

}  // namespace kaskado::control
