#include "loop/bell.hpp"

#include <utility>

namespace kaskado::loop {

Bell::Bell(Loop& loop, std::function<void()> heard) {
  watch_.emplace(loop, counter_.descriptor(), [this, heard = std::move(heard)](int) {
    counter_.take();
    heard();
  });
  watch_->wait_for(DescriptorWatch::kReadable);
}

}  // namespace kaskado::loop
