#include "codec/picture.hpp"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <new>
#include <utility>

namespace kaskado::codec {
namespace {

constexpr int kAlignment = 64;

constexpr int aligned(int bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

void Picture::Free::operator()(std::uint8_t* memory) const {
  std::free(memory);
}

Picture::Picture(int width, int height)
    : width_(width), height_(height), stride_y_(aligned(width)), stride_uv_(aligned((width + 1) / 2)) {
  assert(width >= 1 && width <= kMaxWidth && height >= 1 && height <= kMaxHeight);
  const std::size_t bytes =
      static_cast<std::size_t>(stride_y_) * static_cast<std::size_t>(height) +
      2 * static_cast<std::size_t>(stride_uv_) * static_cast<std::size_t>(chroma_height());
  memory_.reset(static_cast<std::uint8_t*>(std::aligned_alloc(kAlignment, bytes)));
  if (!memory_) throw std::bad_alloc();
}

// Where unused pictures lie. Pictures that are out know it weakly, so it goes with its pool.
struct PicturePool::Shelf {
  explicit Shelf(std::size_t most) : most_kept(most) { unused.reserve(most); }

  bool wanted(const Picture& picture) const { return picture.width() == width && picture.height() == height; }

  std::unique_ptr<Picture> take(int asked_width, int asked_height) {
    const std::lock_guard lock(mutex);
    width = asked_width;
    height = asked_height;
    const auto found =
        std::find_if(unused.rbegin(), unused.rend(), [&](const auto& p) { return wanted(*p); });
    if (found == unused.rend()) return nullptr;
    std::unique_ptr<Picture> picture = std::move(*found);
    *found = std::move(unused.back());
    unused.pop_back();
    return picture;
  }

  // What there is no room for is returned, to be freed without the lock.
  std::unique_ptr<Picture> put_back(std::unique_ptr<Picture> picture) {
    const std::lock_guard lock(mutex);
    if (unused.size() < most_kept) {
      unused.push_back(std::move(picture));
      return nullptr;
    }
    if (!wanted(*picture)) return picture;
    const auto other = std::find_if(unused.begin(), unused.end(), [&](const auto& p) { return !wanted(*p); });
    if (other != unused.end()) std::swap(*other, picture);
    return picture;
  }

  const std::size_t most_kept;
  std::mutex mutex;
  std::vector<std::unique_ptr<Picture>> unused;
  // That was last asked for.
  int width = 0;
  int height = 0;
};

PicturePool::PicturePool(std::size_t most_kept) : shelf_(std::make_shared<Shelf>(most_kept)) {}

MutablePictureRef PicturePool::acquire(int width, int height) {
  std::unique_ptr<Picture> picture = shelf_->take(width, height);
  if (!picture) picture = std::make_unique<Picture>(width, height);
  const auto give_back = [shelf = std::weak_ptr(shelf_)](Picture* returned) {
    std::unique_ptr<Picture> owned(returned);
    if (const std::shared_ptr<Shelf> alive = shelf.lock()) owned = alive->put_back(std::move(owned));
  };
  return MutablePictureRef(picture.release(), give_back);
}

}  // namespace kaskado::codec
