#include "container/late_index_source.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/nameless_file.hpp"
#include "base/write_all.hpp"
#include "container/file_source.hpp"

namespace kaskado::container {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;

struct Box {
  std::string_view type;
  std::uint64_t size = 0;  // with its header; 0: to the end
};

// Nothing where its header is not whole.
std::optional<Box> read_box(base::Bytes bytes) {
  constexpr std::size_t kHeader = 8, kLongHeader = 16;
  if (bytes.size() < kHeader) return std::nullopt;
  Box box{{reinterpret_cast<const char*>(bytes.data()) + 4, 4}, base::load_u32(bytes.data())};
  if (box.size == 1) {
    if (bytes.size() < kLongHeader) return std::nullopt;
    box.size = base::load_u64(bytes.data() + kHeader);
  }
  return box;
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

}  // namespace

IndexPlace index_place(base::Bytes beginning) {
  for (bool first = true;; first = false) {
    const auto box = read_box(beginning);
    if (!box) return IndexPlace::unknown_yet;
    if (box->type == "mdat") return IndexPlace::late;
    // What may stand before media; QuickTime's first box is often no "ftyp".
    const bool goes_on = is_one_of(box->type, {"ftyp", "wide", "free", "skip", "pnot"}) || (!first && box->type == "uuid");
    if (!goes_on || box->size < 8) return IndexPlace::not_late;
    if (box->size > beginning.size()) return IndexPlace::unknown_yet;
    beginning = beginning.subspan(static_cast<std::size_t>(box->size));
  }
}

base::Result<void> LateIndexSource::prepare() {
  for (;;) {
    const IndexPlace place = index_place(beginning_);
    if (place == IndexPlace::late) return keep_all();
    if (place == IndexPlace::not_late || beginning_.size() >= kMostBeginning) return {};
    const auto more = read_more();
    if (!more) return more.error();
    if (!*more) return {};
  }
}

// False at the end.
base::Result<bool> LateIndexSource::read_more() {
  const std::size_t before = beginning_.size();
  beginning_.resize(before + kPiece);
  const auto count = bytes_->read(base::MutableBytes(beginning_).subspan(before));
  beginning_.resize(before + (count ? *count : 0));
  if (!count) return count.error();
  return *count > 0;
}

base::Result<void> LateIndexSource::keep_all() {
  const auto descriptor = base::open_nameless_file(folder_);
  if (!descriptor) return descriptor.error();
  const auto size = keep_in(*descriptor);
  if (!size) {
    close(*descriptor);
    return size.error();
  }
  file_ = read_file(*descriptor, *size);
  return {};
}

base::Result<std::uint64_t> LateIndexSource::keep_in(int descriptor) {
  for (std::uint64_t size = 0;;) {
    size += beginning_.size();
    if (size > most_bytes_) return base::Error{"its index is at its end, and that is too far away"};
    if (const int refused = base::write_all(descriptor, beginning_))
      return base::Error{std::string("it cannot be kept: ") + std::strerror(refused)};
    beginning_.clear();
    const auto more = read_more();
    if (!more) return more.error();
    if (!*more) return beginning_ = {}, size;
  }
}

base::Result<std::size_t> LateIndexSource::read(base::MutableBytes room) {
  if (file_) return file_->read(room);
  if (taken_ == beginning_.size()) return bytes_->read(room);
  const std::size_t count = std::min(room.size(), beginning_.size() - taken_);
  std::copy_n(beginning_.begin() + static_cast<std::ptrdiff_t>(taken_), count, room.begin());
  taken_ += count;
  if (taken_ == beginning_.size()) beginning_ = {}, taken_ = 0;
  return count;
}

}  // namespace kaskado::container
