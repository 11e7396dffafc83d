#include "base/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <mutex>
#include <vector>

#include "base/log_tail.hpp"
#include "base/text.hpp"
#include "base/write_all.hpp"

namespace kaskado::base {

namespace {

constexpr LogLevel kDefaultLevel = LogLevel::fixme;
constexpr std::size_t kMaxLine = 4096;

const char* level_name(LogLevel level) {
  switch (level) {
    case LogLevel::error: return "error  ";
    case LogLevel::warning: return "warning";
    case LogLevel::fixme: return "fixme  ";
    case LogLevel::info: return "info   ";
    case LogLevel::debug: return "debug  ";
    default: return "trace  ";
  }
}

struct Filter {
  std::string pattern;
  LogLevel level;
  bool matches(std::string_view name) const {
    if (!pattern.empty() && pattern.back() == '*') return name.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
    return name == pattern;
  }
};

}  // namespace

// The registry of components and the filters in force. A function-local static, so that components with
// static storage in any translation unit may register before main().
class LogFilters {
 public:
  static LogFilters& instance() {
    static LogFilters filters;
    return filters;
  }

  void add(LogComponent& component) {
    const std::lock_guard lock(mutex_);
    component.next_ = first_;
    first_ = &component;
    component.level_ = level_of(component.name_);
  }

  void set(LogLevel default_level, std::vector<Filter> filters) {
    const std::lock_guard lock(mutex_);
    default_ = default_level;
    filters_ = std::move(filters);
    for (LogComponent* c = first_; c; c = c->next_) c->level_ = level_of(c->name_);
  }

  void set_sink(LogSink* sink) {
    const std::lock_guard lock(mutex_);
    sink_ = sink;
  }

  void write(std::string_view line) {
    const std::lock_guard lock(mutex_);
    tail_.add(line);
    if (sink_) {
      sink_->write(line);
    } else {
      write_all(STDERR_FILENO, as_bytes(line));  // nowhere left to say that it failed
    }
  }

  void reopen() {
    const std::lock_guard lock(mutex_);
    if (sink_) sink_->reopen();
  }

  const LogTail& tail() const { return tail_; }

 private:
  LogLevel level_of(const char* name) const {
    LogLevel level = default_;
    for (const Filter& filter : filters_) {
      if (filter.matches(name)) level = filter.level;
    }
    return level;
  }

  std::mutex mutex_;
  LogComponent* first_ = nullptr;
  LogLevel default_ = kDefaultLevel;
  std::vector<Filter> filters_;
  LogSink* sink_ = nullptr;
  LogTail tail_;
};

LogComponent::LogComponent(const char* name) : name_(name), level_(kDefaultLevel) { LogFilters::instance().add(*this); }

Result<void> set_log_filters(std::string_view spec) {
  LogLevel default_level = kDefaultLevel;
  std::vector<Filter> filters;
  while (!spec.empty()) {
    std::string_view level = trim(take_until(spec, ','));
    if (level.empty()) continue;
    std::string_view pattern;
    if (level.find(':') != std::string_view::npos) pattern = trim(take_until(level, ':'));
    const auto number = parse_number<int>(trim(level));
    if (!number || *number < 0 || *number > 9) {
      return Error{"log filter '" + std::string(level) + "' is not a level from 0 to 9; write LEVEL or COMPONENT:LEVEL, separated by commas"};
    }
    const auto value = static_cast<LogLevel>(std::min(*number, 7));
    if (pattern.empty() || pattern == "*") {
      default_level = value;
    } else {
      filters.push_back({std::string(pattern), value});
    }
  }
  LogFilters::instance().set(default_level, std::move(filters));
  return {};
}

void set_log_sink(LogSink* sink) { LogFilters::instance().set_sink(sink); }
void reopen_log() { LogFilters::instance().reopen(); }
const LogTail& log_tail() { return LogFilters::instance().tail(); }

void write_log(const LogComponent& component, LogLevel level, const char* file, int line, const char* function,
               const char* format, ...) {
  static thread_local const long thread = syscall(SYS_gettid);
  char text[kMaxLine];
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);  // a log line's time is for people; no machine acts on it
  tm utc;
  gmtime_r(&now.tv_sec, &utc);
  std::size_t used = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  used += static_cast<std::size_t>(snprintf(text + used, sizeof text - used, ".%06ldZ %6d %6ld %s %-12s %s:%d %s() ",
                                            now.tv_nsec / 1000, getpid(), thread, level_name(level), component.name(), file,
                                            line, function));
  va_list arguments;
  va_start(arguments, format);
  const int wanted = vsnprintf(text + used, sizeof text - used - 1, format, arguments);
  va_end(arguments);
  if (wanted > 0) used = std::min(used + static_cast<std::size_t>(wanted), sizeof text - 2);
  // One occurrence, one line: what a peer sent must not be able to forge another.
  for (std::size_t i = 0; i < used; ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x20) text[i] = ' ';
  }
  text[used++] = '\n';
  LogFilters::instance().write({text, used});
}

RotatingFile::RotatingFile(std::string directory, std::uint64_t max_bytes, int max_files)
    : directory_(std::move(directory)), max_bytes_(max_bytes), max_files_(max_files) {}

Result<std::unique_ptr<RotatingFile>> RotatingFile::open(std::string directory, std::uint64_t max_bytes, int max_files) {
  if (mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST) {
    return Error{"cannot create the log directory '" + directory + "': " + strerror(errno)};
  }
  std::unique_ptr<RotatingFile> log(new RotatingFile(std::move(directory), max_bytes, max_files));
  if (!log->open_current()) return Error{"cannot write the log file '" + log->name(0) + "': " + strerror(errno)};
  return log;
}

RotatingFile::~RotatingFile() {
  if (file_ >= 0) close(file_);
}

std::string RotatingFile::name(int number) const {
  return directory_ + "/kaskado" + (number ? "." + std::to_string(number) : "") + ".log";
}

bool RotatingFile::open_current() {
  file_ = ::open(name(0).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file_ < 0) return false;
  struct stat status;
  size_ = fstat(file_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  return true;
}

void RotatingFile::rotate() {
  close(file_);
  file_ = -1;
  if (max_files_ <= 1) unlink(name(0).c_str());
  for (int i = max_files_ - 1; i >= 1; --i) rename(name(i - 1).c_str(), name(i).c_str());
  open_current();
}

void RotatingFile::reopen() {
  const int before = file_;
  if (open_current()) {
    if (before >= 0) close(before);
  } else {
    file_ = before;
  }
}

void RotatingFile::write(std::string_view line) {
  if (file_ >= 0 && max_bytes_ && size_ + line.size() > max_bytes_) rotate();
  if (file_ < 0) return;
  write_all(file_, as_bytes(line));
  size_ += line.size();
}

}  // namespace kaskado::base
