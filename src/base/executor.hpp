// Where work is done that is not a shard's: a pool of threads in the server, a test's own loop in a test.
#pragma once

#include <memory>

namespace kaskado::base {

// Something that has work to do now and then. It stands in an executor's queue once at the most, and sees to
// that itself; see base/strand.hpp.
class Work {
 public:
  virtual ~Work() = default;
  // Does one slice, on one thread at a time. True where there is more: it is then run again, behind what
  // waits.
  virtual bool run() = 0;
  // Instead of run(): it will not be run any more.
  virtual void abandon() = 0;
};

class Executor {
 public:
  virtual ~Executor() = default;
  // Any thread; does not wait. False where it has been stopped: neither run() nor abandon() is then called.
  virtual bool post(std::shared_ptr<Work> work) = 0;
};

}  // namespace kaskado::base
