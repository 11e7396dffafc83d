// Bytes that come one after the other, of which some files make no sense before their end: MP4 and QuickTime as
// phones and cameras write them, with the index ("moov") behind the media. Those are kept in a file without a
// name until all has come, and read from there; all others are read as they come.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "container/byte_source.hpp"

namespace kaskado::container {

// What the beginning of a file says of where its index is.
enum class IndexPlace { unknown_yet, late, not_late };
// ISO/IEC 14496-12 §4.2: boxes, one behind the other. Whatever begins otherwise is not late.
IndexPlace index_place(base::Bytes beginning);

class LateIndexSource final : public ByteSource {
 public:
  // Of what is read to find out.
  static constexpr std::size_t kMostBeginning = std::size_t{256} << 10;

  // `folder` keeps files of so many bytes at the most; longer ones are an error.
  LateIndexSource(std::shared_ptr<ByteSource> bytes, std::string folder, std::uint64_t most_bytes)
      : bytes_(std::move(bytes)), folder_(std::move(folder)), most_bytes_(most_bytes) {}

  base::Result<void> prepare() override;
  base::Result<std::size_t> read(base::MutableBytes room) override;
  std::optional<std::uint64_t> size() const override { return file_ ? file_->size() : bytes_->size(); }
  bool can_seek() const override { return file_ != nullptr; }
  bool seek(std::uint64_t position) override { return file_ && file_->seek(position); }
  void interrupt() override { bytes_->interrupt(); }

 private:
  base::Result<bool> read_more();
  base::Result<void> keep_all();
  base::Result<std::uint64_t> keep_in(int descriptor);

  const std::shared_ptr<ByteSource> bytes_;
  const std::string folder_;
  const std::uint64_t most_bytes_;
  std::vector<std::uint8_t> beginning_;  // not read by anybody else yet, from taken_ on
  std::size_t taken_ = 0;
  std::shared_ptr<ByteSource> file_;  // null: as they come
};

}  // namespace kaskado::container
