#include "codec/h264_sps.hpp"

#include <algorithm>
#include <cstddef>

namespace kaskado::codec {
namespace {

// Enough for what stands before the size, however its numbers are written.
constexpr std::size_t kMostBytes = 1200;
// The highest level's most (6.2): 139264 macroblocks, at the most √(8 · 139264) of them in a row.
constexpr std::uint32_t kMostMacroblocks = 1055;

// Bits of an RBSP; emulation prevention (§7.4.1: 00 00 03) is taken out on the way.
class BitReader {
 public:
  explicit BitReader(base::Bytes payload) : payload_(payload) {}

  bool ok() const { return ok_; }

  std::uint32_t bit() {
    if (left_ == 0 && !refill()) return 0;
    return current_ >> --left_ & 1u;
  }

  // ue(v), §9.1. Up to 32 bits, as the standard has it.
  std::uint32_t exp_golomb() {
    int zeros = 0;
    while (ok_ && bit() == 0)
      if (++zeros > 31) return fail();
    std::uint32_t value = 1;
    for (int i = 0; i < zeros; ++i) value = value << 1 | bit();
    return value - 1;
  }

 private:
  std::uint32_t fail() {
    ok_ = false;
    return 0;
  }

  bool refill() {
    if (zeros_ >= 2 && at_ < payload_.size() && payload_[at_] == 3) {
      ++at_;
      zeros_ = 0;
    }
    if (at_ >= payload_.size()) return fail();
    current_ = payload_[at_++];
    zeros_ = current_ == 0 ? zeros_ + 1 : 0;
    left_ = 8;
    return true;
  }

  base::Bytes payload_;
  std::size_t at_ = 0;
  int zeros_ = 0;
  unsigned current_ = 0;
  int left_ = 0;
  bool ok_ = true;
};

void skip_picture_order(BitReader& bits) {
  const std::uint32_t type = bits.exp_golomb();
  if (type == 0) bits.exp_golomb();  // log2_max_pic_order_cnt_lsb_minus4
  if (type != 1) return;
  bits.bit();         // delta_pic_order_always_zero_flag
  bits.exp_golomb();  // offset_for_non_ref_pic
  bits.exp_golomb();  // offset_for_top_to_bottom_field
  const std::uint32_t cycle = bits.exp_golomb();
  for (std::uint32_t i = 0; i < cycle && i < 256 && bits.ok(); ++i) bits.exp_golomb();
}

}  // namespace

std::optional<H264Sps> parse_h264_sps(base::Bytes unit) {
  if (unit.size() < 5 || h264_nal_type(unit) != H264Nal::sps) return std::nullopt;
  H264Sps sps{.profile_idc = unit[1]};
  if (sps.profile_idc != H264Sps::kBaseline && sps.profile_idc != 77 && sps.profile_idc != 88) return sps;
  BitReader bits(unit.subspan(4).first(std::min(unit.size() - 4, kMostBytes)));
  bits.exp_golomb();  // seq_parameter_set_id
  bits.exp_golomb();  // log2_max_frame_num_minus4
  skip_picture_order(bits);
  bits.exp_golomb();  // max_num_ref_frames
  bits.bit();         // gaps_in_frame_num_value_allowed_flag
  const std::uint32_t columns = bits.exp_golomb() + 1;
  const std::uint32_t rows = bits.exp_golomb() + 1;
  sps.interlaced = bits.bit() == 0;  // frame_mbs_only_flag
  if (!bits.ok() || columns > kMostMacroblocks || rows > kMostMacroblocks) return std::nullopt;
  sps.coded_width = static_cast<int>(columns) * 16;
  sps.coded_height = static_cast<int>(rows) * (sps.interlaced ? 32 : 16);
  return sps;
}

}  // namespace kaskado::codec
