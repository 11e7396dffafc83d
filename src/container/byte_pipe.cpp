#include "container/byte_pipe.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace kaskado::container {

BytePipe::BytePipe(std::function<void()> tell_room, std::size_t most_bytes)
    : tell_room_(std::move(tell_room)), most_bytes_(std::max<std::size_t>(most_bytes, 1)) {}

std::size_t BytePipe::write(base::Bytes bytes) {
  const std::lock_guard lock(mutex_);
  if (interrupted_ || finished_) return bytes.size();
  if (bytes_.empty()) bytes_.resize(most_bytes_);
  const std::size_t taken = std::min(bytes.size(), most_bytes_ - filled_);
  const std::size_t end = (begin_ + filled_) % most_bytes_;
  const std::size_t first = std::min(taken, most_bytes_ - end);
  std::copy_n(bytes.begin(), first, bytes_.begin() + static_cast<std::ptrdiff_t>(end));
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(first), taken - first, bytes_.begin());
  filled_ += taken;
  writer_waits_ = taken < bytes.size();
  if (taken > 0) changed_.notify_one();
  return taken;
}

void BytePipe::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_one();
}

void BytePipe::fail(std::string reason) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  finished_ = true;
  failure_ = std::move(reason);
  changed_.notify_one();
}

bool BytePipe::interrupted() const {
  const std::lock_guard lock(mutex_);
  return interrupted_;
}

base::Result<std::size_t> BytePipe::read(base::MutableBytes room) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return filled_ > 0 || finished_ || interrupted_; });
  if (interrupted_) return base::Error{"reading was ended"};
  if (filled_ == 0 && failure_) return base::Error{*failure_};
  const std::size_t given = std::min(room.size(), filled_);
  const std::size_t first = std::min(given, most_bytes_ - begin_);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_), first, room.begin());
  std::copy_n(bytes_.begin(), given - first, room.begin() + static_cast<std::ptrdiff_t>(first));
  begin_ = (begin_ + given) % most_bytes_;
  filled_ -= given;
  const bool tell = given > 0 && std::exchange(writer_waits_, false);
  lock.unlock();
  if (tell && tell_room_) tell_room_();
  return given;
}

void BytePipe::interrupt() {
  bool tell = false;
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    tell = std::exchange(writer_waits_, false);
    changed_.notify_one();
  }
  if (tell && tell_room_) tell_room_();
}

}  // namespace kaskado::container
