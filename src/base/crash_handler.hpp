// What a server that crashes says of it: the signal, the functions under way, the last lines of the log; to
// the error output, whatever the log goes to. Then the signal takes its usual effect, so that a core is
// dumped where that is wished for and whoever watches the process learns what it was.
#pragma once

#include <cstddef>
#include <memory>

namespace kaskado::base {

// Once, before threads are started. Takes SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT (which std::terminate
// ends in), but none that somebody has taken already, as sanitizers do. `program` is how the report names it,
// and stays valid.
//
// The report allocates nothing and takes none of the process's own locks. Looking for the functions takes the
// dynamic linker's: should the crash have left that held, the report ends there and SIGALRM ends the process
// after some seconds. Of several threads that crash at once the first reports.
void report_crashes(const char* program);

// A stack for the report of a thread that has used up its own; while it lives, for the thread that made it.
class CrashStack {
 public:
  CrashStack();
  ~CrashStack();
  CrashStack(const CrashStack&) = delete;

 private:
  std::unique_ptr<std::byte[]> memory_;
};

}  // namespace kaskado::base
