#include "codec/bitstream/h265.hpp"

#include "codec/bitstream/bit_reader.hpp"
#include "codec/bitstream/nal_units.hpp"

namespace kaskado::codec {

namespace {

constexpr std::uint32_t kMaxSide = 16888;  // of level 6.2 (ITU-T H.265 §A.4.1)

// profile_tier_level(), §7.3.3
void read_profile_and_level(BitReader& reader, std::uint32_t max_sub_layers_minus1, H265Sps& sps) {
  reader.skip(3);  // general_profile_space, general_tier_flag
  sps.profile_idc = static_cast<std::uint8_t>(reader.bits(5));
  reader.skip(32 + 48);  // compatibility flags; source flags and constraints
  sps.level_idc = static_cast<std::uint8_t>(reader.bits(8));
  if (max_sub_layers_minus1 == 0) return;

  std::uint32_t profiles = 0, levels = 0;
  for (std::uint32_t i = 0; i < 8; ++i) {  // those from max_sub_layers_minus1 on are reserved and zero
    const bool has_profile = reader.flag(), has_level = reader.flag();
    if (i >= max_sub_layers_minus1) continue;
    profiles += has_profile;
    levels += has_level;
  }
  reader.skip(profiles * 88u + levels * 8u);
}

}  // namespace

std::optional<H265Sps> parse_h265_sps(base::Bytes nal) {
  if (nal.size() < 2 || h265::type_of(nal[0]) != h265::kSps) return std::nullopt;
  BitReader reader(nal.subspan(2), BitReader::Escapes::emulation_prevention);
  H265Sps sps;
  reader.skip(4);  // sps_video_parameter_set_id
  const std::uint32_t max_sub_layers_minus1 = reader.bits(3);
  if (max_sub_layers_minus1 > 6) return std::nullopt;
  reader.skip(1);  // sps_temporal_id_nesting_flag
  read_profile_and_level(reader, max_sub_layers_minus1, sps);
  if (reader.ue() > 15) return std::nullopt;  // sps_seq_parameter_set_id
  const std::uint32_t chroma = reader.ue();
  if (chroma > 3) return std::nullopt;
  if (chroma == 3) reader.skip(1);  // separate_colour_plane_flag

  const std::uint64_t width = reader.ue(), height = reader.ue();
  if (width == 0 || height == 0 || width > kMaxSide || height > kMaxSide) return std::nullopt;
  std::uint64_t cut_across = 0, cut_down = 0;
  if (reader.flag()) {  // conformance_window_flag; units of table 6-1
    const std::uint64_t unit_across = chroma == 1 || chroma == 2 ? 2 : 1, unit_down = chroma == 1 ? 2 : 1;
    cut_across = reader.ue() * unit_across;
    cut_across += reader.ue() * unit_across;
    cut_down = reader.ue() * unit_down;
    cut_down += reader.ue() * unit_down;
  }
  if (!reader.ok() || cut_across >= width || cut_down >= height) return std::nullopt;
  sps.size = {static_cast<int>(width - cut_across), static_cast<int>(height - cut_down)};
  return sps;
}

}  // namespace kaskado::codec
