// The logger: one line an occurrence, in the field order Kurento's users know:
//   TIME  PID  THREAD  LEVEL  COMPONENT  FILE:LINE  FUNCTION  MESSAGE
// Levels and filters follow GStreamer's (`KASKADO_DEBUG=3,ice:5`; GST_DEBUG is read for the same). Never log
// once per packet: bad input from the network is counted under a DropReason instead.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace kaskado::base {

enum class LogLevel : std::uint8_t { none = 0, error = 1, warning = 2, fixme = 3, info = 4, debug = 5, log = 6, trace = 7 };

// One a room, with static storage; registers itself so that filters find it by name.
class LogComponent {
 public:
  explicit LogComponent(const char* name);
  LogComponent(const LogComponent&) = delete;

  const char* name() const { return name_; }
  bool enabled(LogLevel level) const { return level <= level_.load(std::memory_order_relaxed); }

 private:
  friend class LogFilters;
  const char* name_;
  std::atomic<LogLevel> level_;
  LogComponent* next_ = nullptr;
};

// "3,ice:5,dtls*:6": a default level and component patterns with a trailing '*' allowed. The error names the
// part that could not be read; nothing changes then. Any thread.
Result<void> set_log_filters(std::string_view spec);

// Where finished lines go. Called under the logger's lock, so it need not be thread-safe.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(std::string_view line) = 0;
  // Whatever lines went to may have been moved away, as by logrotate: what has its name now gets what follows.
  virtual void reopen() {}
};

// Replaces stderr, where lines go by default; nullptr goes back to it. The sink must outlive its use.
void set_log_sink(LogSink* sink);
void reopen_log();

// "<prefix>.log", rotated to "<prefix>.1.log" … when it passes `max_bytes`; at most `max_files` are kept.
class RotatingFile final : public LogSink {
 public:
  static Result<std::unique_ptr<RotatingFile>> open(std::string directory, std::uint64_t max_bytes, int max_files);
  ~RotatingFile() override;
  void write(std::string_view line) override;
  // Where that fails, lines go where they went before.
  void reopen() override;

 private:
  RotatingFile(std::string directory, std::uint64_t max_bytes, int max_files);
  std::string name(int number) const;
  bool open_current();
  void rotate();

  std::string directory_;
  std::uint64_t max_bytes_;
  int max_files_;
  int file_ = -1;
  std::uint64_t size_ = 0;
};

[[gnu::format(printf, 6, 7)]] void write_log(const LogComponent& component, LogLevel level, const char* file,
                                             int line, const char* function, const char* format, ...);

}  // namespace kaskado::base

#define KASKADO_LOG(component, level, ...)                                                              \
  do {                                                                                                  \
    if ((component).enabled(level))                                                                     \
      ::kaskado::base::write_log(component, level, __FILE_NAME__, __LINE__, __func__, __VA_ARGS__);     \
  } while (false)
#define LOG_ERROR(component, ...) KASKADO_LOG(component, ::kaskado::base::LogLevel::error, __VA_ARGS__)
#define LOG_WARNING(component, ...) KASKADO_LOG(component, ::kaskado::base::LogLevel::warning, __VA_ARGS__)
#define LOG_INFO(component, ...) KASKADO_LOG(component, ::kaskado::base::LogLevel::info, __VA_ARGS__)
#define LOG_DEBUG(component, ...) KASKADO_LOG(component, ::kaskado::base::LogLevel::debug, __VA_ARGS__)
