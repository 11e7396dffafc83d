// What is on its way to a store, kept on the disk until that has it: without a name, so that it goes with the
// process.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "loop/uploader.hpp"

namespace kaskado::loop {

// Written by one thread, read by another. Where more than `most_bytes` would be kept, what has been sent
// goes, and with it the possibility to begin again; where that is not enough, append() refuses.
class Spool final : public UploadBody {
 public:
  // In this folder; the error is a sentence that names it.
  static base::Result<std::shared_ptr<Spool>> create(const std::string& folder, std::uint64_t most_bytes);
  Spool(int descriptor, std::uint64_t most_bytes) : descriptor_(descriptor), most_bytes_(most_bytes) {}
  ~Spool() override;
  Spool(const Spool&) = delete;

  base::Result<void> append(base::Bytes bytes);
  void finish() { finished_.store(true, std::memory_order_release); }
  // Nobody reads it any more: append() takes all, to nowhere.
  void abandon();

  std::ptrdiff_t read(std::uint64_t position, base::MutableBytes room) override;
  bool ends_at(std::uint64_t position) const override;
  void sent(std::uint64_t position) override { sent_.store(position, std::memory_order_relaxed); }

 private:
  base::Result<void> make_room(std::uint64_t bytes);

  const int descriptor_;
  const std::uint64_t most_bytes_;
  std::atomic<std::uint64_t> size_ = 0;
  std::atomic<std::uint64_t> begin_ = 0;  // of what is kept
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<bool> finished_ = false;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace kaskado::loop
