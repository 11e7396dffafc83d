#include "loop/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/nameless_file.hpp"
#include "base/write_all.hpp"

namespace kaskado::loop {

namespace {

base::Error failure(const std::string& what) {
  return {what + ": " + std::strerror(errno)};
}

}  // namespace

base::Result<std::shared_ptr<Spool>> Spool::create(const std::string& folder, std::uint64_t most_bytes) {
  auto descriptor = base::open_nameless_file(folder);
  if (!descriptor) return std::move(descriptor).error();
  return std::make_shared<Spool>(*descriptor, most_bytes);
}

Spool::~Spool() {
  close(descriptor_);
}

void Spool::abandon() {
  abandoned_.store(true, std::memory_order_relaxed);
  if (ftruncate(descriptor_, 0) != 0) return;  // it goes with the spool, then
}

base::Result<void> Spool::make_room(std::uint64_t bytes) {
  const std::uint64_t size = size_.load(std::memory_order_relaxed);
  std::uint64_t begin = begin_.load(std::memory_order_relaxed);
  if (size + bytes - begin <= most_bytes_) return {};
  const std::uint64_t sent = sent_.load(std::memory_order_relaxed);
  if (sent <= begin || size + bytes - sent > most_bytes_)
    return base::Error{"the store is too far behind: " + std::to_string(most_bytes_) + " bytes wait for it"};
  begin_.store(sent, std::memory_order_seq_cst);  // before it goes
  if (fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(begin),
                static_cast<off_t>(sent - begin)) != 0)
    return failure("what was sent cannot be let go of");
  return {};
}

base::Result<void> Spool::append(base::Bytes bytes) {
  if (abandoned_.load(std::memory_order_relaxed)) return {};
  if (auto room = make_room(bytes.size()); !room) return room;
  std::uint64_t at = size_.load(std::memory_order_relaxed);
  if ((errno = base::write_all_at(descriptor_, bytes, at)) != 0) return failure("what waits for the store cannot be kept");
  size_.store(at, std::memory_order_release);
  return {};
}

std::ptrdiff_t Spool::read(std::uint64_t position, base::MutableBytes room) {
  const std::uint64_t size = size_.load(std::memory_order_acquire);
  if (position >= size) return 0;
  const std::size_t most = std::min<std::uint64_t>(room.size(), size - position);
  const ssize_t count = pread(descriptor_, room.data(), most, static_cast<off_t>(position));
  // What has gone reads as zeros.
  return position < begin_.load(std::memory_order_seq_cst) || count <= 0 ? -1 : count;
}

bool Spool::ends_at(std::uint64_t position) const {
  return finished_.load(std::memory_order_acquire) && position == size_.load(std::memory_order_acquire);
}

}  // namespace kaskado::loop
