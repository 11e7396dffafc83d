#include "control/options.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "control/logging.hpp"
#include "tests/control/temporary_directory.hpp"
#include "tests/control/toys.hpp"

namespace kaskado::control {
namespace {

base::Result<Options> parse(std::vector<const char*> arguments) {
  return parse_options(arguments);
}
std::string refusal(std::vector<const char*> arguments) {
  const auto parsed = parse_options(arguments);
  return parsed.ok() ? "accepted" : parsed.error().message;
}

TEST(Options, HaveDefaults) {
  const auto options = parse({});
  ASSERT_TRUE(options.ok());
  EXPECT_TRUE(options->conf_file.empty());
  EXPECT_TRUE(options->logs_path.empty());
  EXPECT_EQ(options->log_file_megabytes, 100u);
  EXPECT_EQ(options->log_files, 10);
  EXPECT_FALSE(options->list || options->version || options->help);
}

TEST(Options, OfModulesPathsAddUp) {
  EXPECT_EQ(parse({"-p", "/a:/b", "--modules-path=/c"})->modules_path, "/a:/b:/c");
}

TEST(Options, ComeInAllForms) {
  const auto options = parse({"-f", "a.json", "--modules-config-path=b", "-pc", "--logs-path", "d", "-s", "5",
                              "--number-log-files=3", "-l", "--version", "-h"});
  ASSERT_TRUE(options.ok()) << options.error().message;
  EXPECT_EQ(options->conf_file, "a.json");
  EXPECT_EQ(options->modules_config_path, "b");
  EXPECT_EQ(options->modules_path, "c");
  EXPECT_EQ(options->logs_path, "d");
  EXPECT_EQ(options->log_file_megabytes, 5u);
  EXPECT_EQ(options->log_files, 3);
  EXPECT_TRUE(options->list && options->version && options->help);
}

TEST(Options, RefuseWhatTheyDoNotKnow) {
  EXPECT_EQ(refusal({"--fast"}), "there is no option '--fast'; --help lists them");
  EXPECT_EQ(refusal({"-x"}), "there is no option '-x'; --help lists them");
  EXPECT_EQ(refusal({"file"}), "'file' is no option; --help lists them");
  EXPECT_EQ(refusal({"-"}), "'-' is no option; --help lists them");
  EXPECT_EQ(refusal({"--"}), "there is no option '--'; --help lists them");
  EXPECT_EQ(refusal({"-f"}), "--conf-file wants a value");
  EXPECT_EQ(refusal({"--list=yes"}), "--list takes no value");
  EXPECT_EQ(refusal({"-s", "0"}), "--log-file-size is '0'; allowed are whole numbers from 1 to 1000000");
  EXPECT_EQ(refusal({"-n", "x"}), "--number-log-files is 'x'; allowed are whole numbers from 1 to 10000");
}

TEST(Options, HelpNamesThemAll) {
  const std::string help = help_text("kaskado");
  for (const char* name : {"-f, --conf-file FILE", "-c, --modules-config-path DIR", "-p, --modules-path DIRS",
                           "-d, --logs-path DIR", "-s, --log-file-size MB", "-n, --number-log-files COUNT",
                           "-l, --list", "-v, --version", "-h, --help"}) {
    EXPECT_NE(help.find(name), std::string::npos) << name;
  }
}

TEST(Options, ListTellsModulesAndClasses) {
  EXPECT_EQ(module_listing(control_test::kToyModules), "Modules:\n  toys 1.2.3\n    Bell\n    Tower\n");
  EXPECT_EQ(version_text("0.1.0"), "Kaskado media server 0.1.0\n");
}

TEST(Logging, GoesToFilesWhereAsked) {
  namespace fs = std::filesystem;
  const control_test::TemporaryDirectory directory;
  Options options;
  options.logs_path = directory.path().string();
  {
    const auto sink = set_up_logging(options, nullptr, nullptr);
    ASSERT_TRUE(sink.ok()) << sink.error().message;
    ASSERT_TRUE(*sink);
    static base::LogComponent component("control_test");
    LOG_ERROR(component, "a line");
    base::set_log_sink(nullptr);
  }
  EXPECT_FALSE(fs::is_empty(directory.path()));
  options.logs_path = "/dev/null/nowhere";
  EXPECT_FALSE(set_up_logging(options, nullptr, nullptr).ok());
}

TEST(Logging, RefusesAWrongKaskadoDebugButNotAWrongGstDebug) {
  const auto refused = set_up_logging({}, "control:loud", nullptr);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().message.starts_with("KASKADO_DEBUG: ")) << refused.error().message;
  const auto forgiven = set_up_logging({}, nullptr, "3,Kurento*:x");
  EXPECT_TRUE(forgiven.ok());
}

}  // namespace
}  // namespace kaskado::control
