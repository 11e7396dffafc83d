// Each crash is a child's.
#include "base/crash_handler.hpp"

#include <gtest/gtest.h>

#include <sys/mman.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/log.hpp"

namespace kaskado::base {
namespace {

LogComponent component("crash");

// Where a sanitizer has the signal, the report is its own.
bool is_taken(int signal) {
  struct sigaction there {};
  sigaction(signal, nullptr, &there);
  return (there.sa_flags & SA_SIGINFO) != 0 || there.sa_handler != SIG_DFL;
}

volatile std::uintptr_t nobodys_address = 0x10;

[[gnu::noinline]] void write_to(std::uintptr_t where) {
  *reinterpret_cast<volatile int*>(where) = 5;
  asm volatile("");  // or the call would be the caller's last, and this frame gone
}

[[gnu::noinline]] void go_wrong() {
  report_crashes("Kaskado test");
  LOG_WARNING(component, "the last words");
  write_to(nobodys_address);
  asm volatile("");
}

[[gnu::noinline]] void use_stack(int depth) {
  volatile char much[4096] = {};
  much[depth % 4096] = 1;
  if (depth < 100'000'000) use_stack(depth + 1);
  asm volatile("" ::"r"(much[0]));
}

[[gnu::noinline]] void fail() {
  throw std::runtime_error("nobody's");
}

TEST(CrashHandler, TellsSignalFunctionsAndTheLastLinesOfTheLog) {
  if (is_taken(SIGSEGV)) GTEST_SKIP();
  EXPECT_EXIT(go_wrong(), testing::KilledBySignal(SIGSEGV),
              "Kaskado test crashed by SIGSEGV at address 0x10, in the thread base_test\n"
              "  #0 kaskado::base::write_to \\+ 0x[0-9a-f]+ \\(.*base_test \\+ 0x[0-9a-f]+\\)\n"
              "  #1 kaskado::base::go_wrong \\+ 0x(.|\n)*"
              "The last lines of the log:\n(.|\n)* the last words\n"
              "End of the report.\n");
}

TEST(CrashHandler, TellsOfExceptionsThatNobodyCatches) {
  const auto throw_away = []() noexcept {
    report_crashes("Kaskado test");
    fail();
  };
  EXPECT_EXIT(
      throw_away(), testing::KilledBySignal(SIGABRT),
      "nobody's(.|\n)*crashed by SIGABRT, sent by process (.|\n)* abort \\+ (.|\n)*TellsOfExceptions");
}

TEST(CrashHandler, TellsOfAStackThatIsUsedUp) {
  if (is_taken(SIGSEGV)) GTEST_SKIP();
  const auto overflow = [] {
    report_crashes("Kaskado test");
    const CrashStack stack;
    use_stack(0);
  };
  EXPECT_EXIT(overflow(), testing::KilledBySignal(SIGSEGV),
              "crashed by SIGSEGV(.|\n)*#3 kaskado::base::use_stack");
}

TEST(CrashHandler, TellsOfOtherThreadsByTheirNames) {
  const auto crash = [] {
    report_crashes("Kaskado test");
    std::thread([] {
      pthread_setname_np(pthread_self(), "shard 7");
      std::abort();
    }).join();
  };
  EXPECT_EXIT(crash(), testing::KilledBySignal(SIGABRT),
              "SIGABRT, sent by process [0-9]+, in the thread shard 7\n");
}

TEST(CrashHandler, OfFilesAndDivisionsToo) {
  for (const int signal : {SIGBUS, SIGFPE, SIGILL}) {
    if (is_taken(signal)) continue;
    const auto crash = [signal] {
      report_crashes("Kaskado test");
      raise(signal);
    };
    EXPECT_EXIT(
        crash(), testing::KilledBySignal(signal),
        std::string("crashed by SIG") + sigabbrev_np(signal) + ", sent by process [0-9]+, in the thread");
  }
}

TEST(CrashHandler, LeavesSignalsToThoseWhoHaveTakenThem) {
  const auto crash = [] {
    std::signal(SIGABRT, [](int) { _exit(3); });
    report_crashes("Kaskado test");
    std::abort();
  };
  EXPECT_EXIT(crash(), testing::ExitedWithCode(3), "^$");
}

}  // namespace
}  // namespace kaskado::base
