#include "codec/payload/h265.hpp"

#include "codec/payload/nal_packetizer.hpp"

namespace kaskado::codec {

namespace {

// RFC 7798 §1.1.4: |F|type (6)|layer id (6)|TID (3)|
struct H265 {
  static constexpr std::size_t kHeaderBytes = 2;
  static constexpr int kAggregation = 48;  // §4.4.2
  static constexpr int kFragment = 49;     // §4.4.3
  // TRAIL_N and its like are not needed within their temporal layer, but perhaps by higher ones.
  static constexpr bool kSaysReferences = false;
  static constexpr std::uint8_t kForbidden = 0x80, kFragmentType = 0x3f;
  using Header = std::array<std::uint8_t, kHeaderBytes>;

  static int type_of(const Header& header) { return h265::type_of(header[0]); }
  static Header with_type(const Header& header, int type) {
    return {static_cast<std::uint8_t>((header[0] & ~0x7e) | type << 1), header[1]};
  }
  static int type_of_fragment(std::uint8_t octet) { return octet & kFragmentType; }
  static std::uint8_t fragment_octet(const Header& header) {
    return static_cast<std::uint8_t>(type_of(header));
  }
  // §4.4.2: the lowest layer id and the lowest TID of all.
  static Header merged(const Header& a, const Header& b) {
    const int layer = std::min(layer_of(a), layer_of(b)), tid = std::min(a[1] & 0x07, b[1] & 0x07);
    return {static_cast<std::uint8_t>(((a[0] | b[0]) & kForbidden) | layer >> 5),
            static_cast<std::uint8_t>(layer << 3 | tid)};
  }
  static int layer_of(const Header& header) { return (header[0] & 1) << 5 | header[1] >> 3; }

  static bool is_unit(int type) { return type <= h265::kHighestType; }
  static bool is_key(int type) { return h265::is_random_access(type); }
  // A slice segment with first_slice_segment_in_pic_flag, or what comes before the slices (ITU-T H.265
  // §7.4.2.4.4).
  static bool can_start_picture(int type, std::uint8_t octet) {
    if (h265::is_slice(type)) return (octet & 0x80) != 0;
    constexpr int kFirstReserved = 41, kLastReserved = 44;
    return (type >= h265::kVps && type <= h265::kDelimiter) || type == h265::kPrefixSei ||
           (type >= kFirstReserved && type <= kLastReserved);
  }
};

}  // namespace

std::unique_ptr<Depacketizer> make_h265_depacketizer() {
  return std::make_unique<NalDepacketizer<H265>>();
}

std::unique_ptr<Packetizer> make_h265_packetizer() {
  return std::make_unique<NalPacketizer<H265>>();
}

}  // namespace kaskado::codec
