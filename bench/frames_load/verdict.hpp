// What is to be said of the pictures that a viewer has recorded: whether they are those that were sent, how
// near to them they are, and how long they were under way.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "histogram.hpp"
#include "test_picture.hpp"

namespace kaskado::bench {

struct Verdict {
  std::uint64_t pictures = 0;     // in the time that is looked at
  std::uint64_t undecodable = 0;  // among them
  std::uint64_t unreadable = 0;   // marks that are none, or another source's
  std::uint64_t unsent = 0;       // marks of what was not sent in the seconds before
  std::uint64_t different = 0;    // pictures of the right mark, and not alike
  std::uint64_t stale = 0;        // marks that are the same as in the picture before
  double least_psnr_db = 0;
  Histogram latency;
};

struct Judging {
  std::string recorded;
  std::vector<std::string> sent_logs;  // of each source in turn
  // What is shown: a grid of so many columns and rows, with each source in a cell.
  int columns = 1;
  int rows = 1;
  // Looked at is what came between, in ns of the wall clock.
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
};

base::Result<Verdict> judge(const Judging& judging);

}  // namespace kaskado::bench
