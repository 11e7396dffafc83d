#include "codec/payload/h264.hpp"

#include "codec/payload/nal_packetizer.hpp"

namespace kaskado::codec {

namespace {

// RFC 6184 §5.3: |F|NRI (2)|type (5)|
struct H264 {
  static constexpr std::size_t kHeaderBytes = 1;
  static constexpr int kAggregation = 24;  // STAP-A, §5.7.1
  static constexpr int kFragment = 28;     // FU-A, §5.8
  static constexpr bool kSaysReferences = true;
  static constexpr std::uint8_t kForbidden = 0x80, kNri = 0x60, kType = 0x1f;
  using Header = std::array<std::uint8_t, kHeaderBytes>;

  static int type_of(const Header& header) { return h264::type_of(header[0]); }
  static Header with_type(const Header& header, int type) {
    return {static_cast<std::uint8_t>((header[0] & ~kType) | type)};
  }
  static int type_of_fragment(std::uint8_t octet) { return octet & kType; }
  static std::uint8_t fragment_octet(const Header& header) { return header[0] & kType; }
  // §5.7: the highest NRI of all.
  static Header merged(const Header& a, const Header& b) {
    const int nri = std::max(a[0] & kNri, b[0] & kNri);
    return {static_cast<std::uint8_t>(((a[0] | b[0]) & kForbidden) | nri)};
  }

  static bool is_unit(int type) { return type >= h264::kSlice && type <= h264::kHighestType; }
  static bool is_key(int type) { return type == h264::kIdrSlice; }
  static bool is_slice(int type) { return type >= h264::kSlice && type <= h264::kIdrSlice; }
  static bool is_reference(const Header& header) { return (header[0] & kNri) != 0; }
  // A slice whose first_mb_in_slice is 0, which is coded as one set bit, or what comes before the slices
  // (ITU-T H.264 §7.4.1.2.3).
  static bool can_start_picture(int type, std::uint8_t octet) {
    constexpr int kPartitionA = 2, kFirstReserved = 13, kLastReserved = 18;
    if (type <= kPartitionA || type == h264::kIdrSlice) return (octet & 0x80) != 0;
    return (type >= h264::kSei && type <= h264::kDelimiter) ||
           (type >= kFirstReserved && type <= kLastReserved);
  }
};

}  // namespace

std::unique_ptr<Depacketizer> make_h264_depacketizer() {
  return std::make_unique<NalDepacketizer<H264>>();
}

std::unique_ptr<Packetizer> make_h264_packetizer() {
  return std::make_unique<NalPacketizer<H264>>();
}

}  // namespace kaskado::codec
