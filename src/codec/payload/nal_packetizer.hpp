// The sending side of nal_depacketizer.hpp. `Format` has beside what that one needs:
//   merged(header, header), the header of an aggregation of both but for its type;
//   fragment_octet(header), the type as a fragment says it.
#pragma once

#include <algorithm>
#include <array>

#include "codec/bitstream/nal_units.hpp"
#include "codec/packetizer.hpp"
#include "codec/payload/even_split.hpp"
#include "codec/payload/nal_depacketizer.hpp"

namespace kaskado::codec {

// Small units go together as far as a payload reaches; long ones are cut evenly. Units that the format has no
// place for are left out.
template <typename Format>
class NalPacketizer final : public Packetizer {
 public:
  void begin(const EncodedFrame& frame, std::size_t max_payload_bytes) override {
    bytes_ = frame.bytes;
    units_ = NalUnits(frame.span());
    most_ = std::min<std::size_t>(max_payload_bytes, 0xffff);
    advance();
  }

  std::optional<Fragment> next(base::MutableBytes room) override {
    if (!unit_ || most_ <= kHeaderBytes + 1) return std::nullopt;
    base::ByteWriter writer(room);
    if (unit_->size() > most_) {
      write_fragment(writer);
    } else {
      write_units(room, writer);
    }
    return Fragment{writer.size(), !unit_};
  }

 private:
  static constexpr std::size_t kHeaderBytes = Format::kHeaderBytes, kLengthBytes = 2;
  using Header = std::array<std::uint8_t, kHeaderBytes>;

  void write_fragment(base::ByteWriter& writer) {
    const Header header = header_of(*unit_);
    const bool first = parts_.done();
    if (first) {
      rest_ = unit_->subspan(kHeaderBytes);
      parts_ = EvenSplit(rest_.size(), most_ - kHeaderBytes - 1);
    }
    const base::Bytes part = rest_.first(parts_.next());
    rest_ = rest_.subspan(part.size());
    writer.bytes(Format::with_type(header, Format::kFragment));
    writer.u8(static_cast<std::uint8_t>((first ? kFirstFragment : 0) | (parts_.done() ? kLastFragment : 0) |
                                        Format::fragment_octet(header)));
    writer.bytes(part);
    if (parts_.done()) advance();
  }

  // One, or an aggregation of as many as fit.
  void write_units(base::MutableBytes room, base::ByteWriter& writer) {
    const base::Bytes first = *unit_;
    Header header = header_of(first);
    advance();
    if (!fits(kHeaderBytes + kLengthBytes + first.size())) return writer.bytes(first);
    writer.zeros(kHeaderBytes);
    write_aggregated(writer, first);
    while (fits(writer.size())) {
      header = Format::merged(header, header_of(*unit_));
      write_aggregated(writer, *unit_);
      advance();
    }
    header = Format::with_type(header, Format::kAggregation);
    std::copy(header.begin(), header.end(), room.begin());
  }
  // The next unit, behind so many octets.
  bool fits(std::size_t written) const { return unit_ && written + kLengthBytes + unit_->size() <= most_; }
  static void write_aggregated(base::ByteWriter& writer, base::Bytes unit) {
    writer.u16(static_cast<std::uint16_t>(unit.size()));
    writer.bytes(unit);
  }

  void advance() {
    parts_ = {};
    do unit_ = units_.next();
    while (unit_ && (unit_->size() < kHeaderBytes || !Format::is_unit(Format::type_of(header_of(*unit_)))));
  }
  static Header header_of(base::Bytes unit) {
    Header header;
    std::copy_n(unit.begin(), kHeaderBytes, header.begin());
    return header;
  }

  SharedBytes bytes_;
  NalUnits units_{base::Bytes{}};
  std::optional<base::Bytes> unit_;  // the next to be sent, or the one that is being cut
  base::Bytes rest_;
  EvenSplit parts_;
  std::size_t most_ = 0;
};

}  // namespace kaskado::codec
