#include "base/crash_handler.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <string_view>

#include "base/function_name.hpp"
#include "base/log_tail.hpp"
#include "base/write_all.hpp"

namespace kaskado::base {
namespace {

constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr unsigned kMostSeconds = 10;
constexpr std::size_t kMostFrames = 64;
constexpr std::size_t kStackBytes = 64 * 1024;

const char* g_program = "";
std::atomic<pid_t> g_reporter = 0;

void say(std::string_view text) { write_all(STDERR_FILENO, as_bytes(text)); }

void say_number(std::uint64_t number, unsigned radix) {
  std::array<char, 24> text;
  std::size_t at = text.size();
  do {
    text[--at] = "0123456789abcdef"[number % radix];
    number /= radix;
  } while (number > 0);
  say({text.data() + at, text.size() - at});
}

void say_address(std::uint64_t address) {
  say("0x");
  say_number(address, 16);
}

const char* signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name ? name : "?";
}

std::uint64_t program_counter(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<std::uint64_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return machine.pc;
#else
  static_cast<void>(machine);
  return 0;
#endif
}

// A file for as long as its functions are looked up.
class MappedFile {
 public:
  explicit MappedFile(const char* path) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file >= 0 && fstat(file, &status) == 0 && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      memory_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    }
    if (file >= 0) close(file);
  }
  ~MappedFile() {
    if (memory_ != MAP_FAILED) munmap(memory_, size_);
  }
  MappedFile(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const {
    if (memory_ == MAP_FAILED) return {};
    return {static_cast<const std::byte*>(memory_), size_};
  }

 private:
  void* memory_ = MAP_FAILED;
  std::size_t size_ = 0;
};

// The program's own name is what it was started by, which may be found nowhere.
const char* path_of(const Dl_info& file) {
  Dl_info own;
  const bool is_program =
      dladdr(reinterpret_cast<const void*>(&report_crashes), &own) != 0 && own.dli_fbase == file.dli_fbase;
  return is_program ? "/proc/self/exe" : file.dli_fname;
}

// `address` lies in the function; that of a caller is what it returns to, one past the call.
void say_function(std::uint64_t address) {
  Dl_info file;
  if (dladdr(reinterpret_cast<const void*>(address), &file) == 0) return say("?");
  const std::uint64_t in_file = address - reinterpret_cast<std::uint64_t>(file.dli_fbase);
  const MappedFile mapped(path_of(file));
  const FunctionName found = find_function(mapped.bytes(), in_file);
  std::array<char, 400> text;
  if (!found.mangled.empty()) {
    say(readable_name(found.mangled, text));
    say(" + ");
    say_address(found.offset);
  } else {
    say("?");
  }
  say(" (");
  say(file.dli_fname);
  say(" + ");
  say_address(in_file);
  say(")");
}

void say_frames(std::uint64_t crashed_at) {
  std::array<void*, kMostFrames> frames;
  const int count = backtrace(frames.data(), kMostFrames);
  const auto address_of = [&](int i) {
    return reinterpret_cast<std::uint64_t>(frames[static_cast<std::size_t>(i)]);
  };
  // The innermost are this report's own.
  int first = 0;
  while (first < count && address_of(first) != crashed_at) ++first;
  if (first == count) first = 0;
  for (int i = first; i < count; ++i) {
    say("  #");
    say_number(static_cast<std::uint64_t>(i - first), 10);
    say(" ");
    say_function(i == first ? address_of(i) : address_of(i) - 1);
    say("\n");
  }
}

void say_cause(int signal, const siginfo_t& info) {
  say(g_program);
  say(" crashed by SIG");
  say(signal_name(signal));
  if (info.si_code <= 0) {  // kill(2) and the like, not the processor
    say(", sent by process ");
    say_number(static_cast<std::uint64_t>(info.si_pid), 10);
  } else if (signal == SIGSEGV || signal == SIGBUS) {
    say(" at address ");
    say_address(reinterpret_cast<std::uint64_t>(info.si_addr));
  }
  std::array<char, 17> thread{};
  prctl(PR_GET_NAME, thread.data());
  say(", in the thread ");
  say(thread.data());
  say("\n");
}

void report(int signal, siginfo_t* info, void* context) {
  const auto self = static_cast<pid_t>(syscall(SYS_gettid));
  pid_t nobody = 0;
  if (g_reporter.compare_exchange_strong(nobody, self)) {
    alarm(kMostSeconds);
    say_cause(signal, *info);
    say_frames(program_counter(context));
    say("The last lines of the log:\n");
    log_tail().read(&say);
    say("End of the report.\n");
  } else if (nobody != self) {
    for (;;) pause();  // the first ends the process
  }
  // Blocked until this returns.
  std::signal(signal, SIG_DFL);
  raise(signal);
}

}  // namespace

void report_crashes(const char* program) {
  g_program = program;
  // The first call loads libgcc_s, which takes the heap.
  std::array<void*, 1> frame;
  backtrace(frame.data(), 1);
  struct sigaction action {};
  action.sa_sigaction = &report;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) {
    struct sigaction there {};
    sigaction(signal, nullptr, &there);
    if ((there.sa_flags & SA_SIGINFO) == 0 && there.sa_handler == SIG_DFL)
      sigaction(signal, &action, nullptr);
  }
}

CrashStack::CrashStack() : memory_(std::make_unique<std::byte[]>(kStackBytes)) {
  stack_t stack{};
  stack.ss_sp = memory_.get();
  stack.ss_size = kStackBytes;
  sigaltstack(&stack, nullptr);
}

CrashStack::~CrashStack() {
  stack_t stack{};
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, nullptr);
}

}  // namespace kaskado::base
