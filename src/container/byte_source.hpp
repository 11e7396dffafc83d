// Where a demuxer has its bytes from, if not from an address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace kaskado::container {

// Called by one thread at a time, the demuxer's, but for interrupt().
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Before all else but interrupt(), once. May wait for as long as the bytes take to come.
  virtual base::Result<void> prepare() { return {}; }
  // Waits for at least one byte. 0 at the end.
  virtual base::Result<std::size_t> read(base::MutableBytes room) = 0;
  // Nothing where that is not known (yet).
  virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
  virtual bool can_seek() const { return false; }
  // What is read next. False where it cannot be gone to.
  virtual bool seek(std::uint64_t position) { return (void)position, false; }
  // Any thread: a read that waits, and each that follows, ends with an error.
  virtual void interrupt() {}
};

}  // namespace kaskado::container
