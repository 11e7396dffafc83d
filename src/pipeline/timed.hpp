// Something on a shard that waits for its time, beside the sessions: a jitter buffer, a mixer's clock.
#pragma once

#include <cstdint>
#include <vector>

#include "base/deadline_queue.hpp"
#include "base/time.hpp"

namespace kaskado::pipeline {

class TimedTable;

// Stands in its shard's table as long as it lives. The shard calls advance() when deadline() has come.
class Timed {
 public:
  explicit Timed(TimedTable& table);
  Timed(const Timed&) = delete;

  virtual base::Instant deadline() const = 0;
  virtual void advance(base::Instant now) = 0;

 protected:
  virtual ~Timed();
  // To be called when something else than advance() may have changed the deadline.
  void reschedule();

 private:
  friend class TimedTable;
  TimedTable& table_;
  std::uint32_t id_;
};

// Owned by a shard.
class TimedTable {
 public:
  base::Instant deadline() const { return deadlines_.next(); }
  // One turn for each whose time has come: what is due again at once waits for the next.
  void advance(base::Instant now);

 private:
  friend class Timed;
  // Between two turns of one that never comes to an end with what is due.
  static constexpr base::Duration kLeastWait = std::chrono::milliseconds{1};

  std::uint32_t add(Timed& timed);
  void remove(std::uint32_t id);

  base::DeadlineQueue deadlines_;
  std::vector<Timed*> timed_;  // by id
  std::vector<std::uint32_t> free_ids_;
};

}  // namespace kaskado::pipeline
