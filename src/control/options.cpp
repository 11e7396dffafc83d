#include "control/options.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "control/module_facts.hpp"

namespace kaskado::control {
namespace {

struct Option {
  char letter;
  std::string_view name;
  std::string_view argument;  // empty for a switch
  std::string_view meaning;
};

constexpr std::array<Option, 9> kOptions{{
    {'f', "conf-file", "FILE", "configuration file"},
    {'c', "modules-config-path", "DIR", "directory of the classes' configuration files"},
    {'p', "modules-path", "DIRS", "directories of modules, ':' between them; may be given again"},
    {'d', "logs-path", "DIR", "write log files there, not to the error output"},
    {'s', "log-file-size", "MB", "start a new log file at this size (100)"},
    {'n', "number-log-files", "COUNT", "how many log files to keep (10)"},
    {'l', "list", "", "list the modules and their classes, and exit"},
    {'v', "version", "", "tell the version, and exit"},
    {'h', "help", "", "show this text, and exit"},
}};

const Option* find_option(std::string_view name) {
  const auto found = std::ranges::find_if(kOptions, [&](const Option& option) {
    return option.name == name || (name.size() == 1 && option.letter == name[0]);
  });
  return found == kOptions.end() ? nullptr : &*found;
}

base::Error wrong_number(const Option& option, std::string_view value, std::int64_t most) {
  return {"--" + std::string(option.name) + " is '" + std::string(value) +
          "'; allowed are whole numbers from 1 to " + std::to_string(most)};
}

base::Result<void> apply(Options& options, const Option& option, std::string_view value) {
  constexpr std::int64_t kMostMegabytes = 1'000'000;
  constexpr std::int64_t kMostFiles = 10'000;
  const auto number = [&](std::int64_t most) -> std::optional<std::int64_t> {
    const auto parsed = base::parse_number<std::int64_t>(value);
    return parsed && *parsed >= 1 && *parsed <= most ? parsed : std::nullopt;
  };
  switch (option.letter) {
    case 'f':
      options.conf_file = value;
      break;
    case 'c':
      options.modules_config_path = value;
      break;
    case 'p':
      if (!options.modules_path.empty()) options.modules_path += ':';
      options.modules_path += value;
      break;
    case 'd':
      options.logs_path = value;
      break;
    case 's': {
      const auto megabytes = number(kMostMegabytes);
      if (!megabytes) return wrong_number(option, value, kMostMegabytes);
      options.log_file_megabytes = static_cast<std::uint64_t>(*megabytes);
      break;
    }
    case 'n': {
      const auto files = number(kMostFiles);
      if (!files) return wrong_number(option, value, kMostFiles);
      options.log_files = static_cast<int>(*files);
      break;
    }
    case 'l':
      options.list = true;
      break;
    case 'v':
      options.version = true;
      break;
    case 'h':
      options.help = true;
      break;
  }
  return {};
}

// One argument cut into the option's name and the value that is attached to it: `-fFILE`, `--conf-file=FILE`.
struct Cut {
  std::string_view name;
  std::optional<std::string_view> value;
};

Cut cut(std::string_view argument) {
  if (argument.starts_with("--")) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string_view::npos) return {argument.substr(2), std::nullopt};
    return {argument.substr(2, equals - 2), argument.substr(equals + 1)};
  }
  if (argument.size() > 2) return {argument.substr(1, 1), argument.substr(2)};
  return {argument.substr(1), std::nullopt};
}

}  // namespace

base::Result<Options> parse_options(std::span<const char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const std::string quoted = "'" + std::string(argument) + "'";
    if (argument.size() < 2 || argument[0] != '-')
      return base::Error{quoted + " is no option; --help lists them"};
    Cut parts = cut(argument);
    const Option* option = find_option(parts.name);
    if (!option) return base::Error{"there is no option " + quoted + "; --help lists them"};
    if (option->argument.empty() && parts.value) {
      return base::Error{"--" + std::string(option->name) + " takes no value"};
    }
    if (!option->argument.empty() && !parts.value) {
      if (i + 1 == arguments.size()) return base::Error{"--" + std::string(option->name) + " wants a value"};
      parts.value = arguments[++i];
    }
    if (auto applied = apply(options, *option, parts.value.value_or("")); !applied)
      return std::move(applied).error();
  }
  return options;
}

std::string help_text(std::string_view program) {
  constexpr std::size_t kColumn = 34;
  std::string text = "Usage: " + std::string(program) + " [OPTION]…\n\n";
  for (const Option& option : kOptions) {
    std::string line = "  -" + std::string(1, option.letter) + ", --" + std::string(option.name);
    if (!option.argument.empty()) line += " " + std::string(option.argument);
    line.resize(std::max(line.size() + 1, kColumn), ' ');
    text += line + std::string(option.meaning) + "\n";
  }
  return text + "\nThe environment variable KASKADO_DEBUG (or GST_DEBUG) sets log levels: 3,control:5\n"
         "KURENTO_MODULES_PATH names further directories of modules\n";
}

std::string version_text(std::string_view version) {
  return "Kaskado media server " + std::string(version) + "\n";
}

std::string module_listing(std::span<const pipeline::ModuleInfo> modules) {
  std::string text = "Modules:\n";
  for (const pipeline::ModuleInfo& module : modules) {
    text += "  " + std::string(module.name) + " " + module_version(module) + "\n";
    for (const std::string& name : module_factories(module)) text += "    " + name + "\n";
  }
  return text;
}

}  // namespace kaskado::control
