#include "control/logging.hpp"

#include <utility>

namespace kaskado::control {
namespace {

base::LogComponent g_log("logging");

base::Result<void> set_filters(const char* kaskado_debug, const char* gst_debug) {
  if (kaskado_debug) {
    auto set = base::set_log_filters(kaskado_debug);
    if (!set) return base::Error{"KASKADO_DEBUG: " + set.error().message};
  } else if (gst_debug) {
    const auto set = base::set_log_filters(gst_debug);
    if (!set) LOG_WARNING(g_log, "GST_DEBUG has no effect: %s", set.error().message.c_str());
  }
  return {};
}

}  // namespace

base::Result<std::unique_ptr<base::LogSink>> set_up_logging(const Options& options, const char* kaskado_debug,
                                                            const char* gst_debug) {
  if (auto set = set_filters(kaskado_debug, gst_debug); !set) return std::move(set).error();
  if (options.logs_path.empty()) return std::unique_ptr<base::LogSink>();
  constexpr std::uint64_t kMegabyte = 1024 * 1024;
  auto file =
      base::RotatingFile::open(options.logs_path, options.log_file_megabytes * kMegabyte, options.log_files);
  if (!file) return base::Error{"--logs-path: " + file.error().message};
  base::set_log_sink(file->get());
  return std::unique_ptr<base::LogSink>(std::move(file).value());
}

}  // namespace kaskado::control
