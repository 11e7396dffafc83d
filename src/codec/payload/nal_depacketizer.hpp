// What the payload formats of H264 and H265 have in common: a payload is a NAL unit, an aggregation of some
// (each behind its length in two octets), or a fragment of one (|S|E|…type| behind the header). `Format` has
// the rest:
//   kHeaderBytes, kAggregation, kFragment; type_of(header), with_type(header, type) for a header of so many
//   octets; type_of_fragment(octet); is_unit(type), is_key(type); can_start_picture(type, octet behind the
//   header); kSaysReferences, and where it does is_reference(header) and is_slice(type).
#pragma once

#include <algorithm>
#include <array>

#include "codec/bitstream/nal_units.hpp"
#include "codec/depacketizer.hpp"
#include "codec/payload/frame_writer.hpp"

namespace kaskado::codec {

inline constexpr std::uint8_t kFirstFragment = 0x80, kLastFragment = 0x40;

template <typename Format>
class NalDepacketizer final : public Depacketizer {
 public:
  static constexpr std::size_t kHeaderBytes = Format::kHeaderBytes;
  using Header = std::array<std::uint8_t, kHeaderBytes>;

  bool starts_frame(base::Bytes payload) const override {
    if (payload.size() <= kHeaderBytes) return false;
    const int type = Format::type_of(header_of(payload));
    base::Bytes behind_header = payload.subspan(kHeaderBytes);
    if (type == Format::kFragment) {
      if (!(behind_header[0] & kFirstFragment)) return false;
      return starts_picture(Format::type_of_fragment(behind_header[0]), behind_header.subspan(1));
    }
    if (type != Format::kAggregation) return starts_picture(type, behind_header);
    base::ByteReader reader(behind_header);
    const base::Bytes unit = reader.take(reader.u16());
    if (unit.size() < kHeaderBytes) return false;
    return starts_picture(Format::type_of(header_of(unit)), unit.subspan(kHeaderBytes));
  }

  // Slices of a picture are all needed by others or none is (ITU-T H.264 §7.4.1); what stands before them never.
  bool is_discardable(base::Bytes payload) const override {
    if constexpr (Format::kSaysReferences) {
      if (payload.size() <= kHeaderBytes) return false;
      const Header header = header_of(payload);
      const int type = Format::type_of(header);
      const bool is_slice = Format::is_slice(type == Format::kFragment ? Format::type_of_fragment(payload[kHeaderBytes]) : type);
      return is_slice && !Format::is_reference(header);
    }
    return (void)payload, false;
  }

  base::Result<AssembledFrame, base::DropReason> assemble(std::span<const base::Bytes> payloads) override {
    Facts facts;
    AssembledFrame frame;
    frame.bytes = write_frame([&](FrameWriter& out) {
      Walk walk{out, facts = {}};
      for (const base::Bytes payload : payloads) {
        if (!payload.empty() && !walk.payload(payload)) return false;
      }
      return !walk.open;
    });
    if (!frame.bytes) return base::DropReason::bad_payload;
    frame.key_frame = facts.key_frame;
    frame.discardable = Format::kSaysReferences && !facts.reference;
    return frame;
  }

 private:
  struct Facts {
    bool key_frame = false;
    bool reference = false;  // something in it is needed by other frames
  };

  static Header header_of(base::Bytes unit) {
    Header header;
    std::copy_n(unit.begin(), kHeaderBytes, header.begin());
    return header;
  }
  static bool starts_picture(int type, base::Bytes behind_header) {
    return Format::is_unit(type) && !behind_header.empty() &&
           Format::can_start_picture(type, behind_header[0]);
  }

  // On its way through the payloads; each function is false where they are malformed.
  struct Walk {
    FrameWriter& out;
    Facts& facts;
    bool open = false;  // a unit whose fragments are not all there yet
    int open_type = 0;

    bool payload(base::Bytes bytes) {
      if (bytes.size() < kHeaderBytes) return false;
      const Header header = header_of(bytes);
      const int type = Format::type_of(header);
      if (type == Format::kFragment) return fragment(header, bytes.subspan(kHeaderBytes));
      if (open) return false;
      return type == Format::kAggregation ? aggregation(bytes.subspan(kHeaderBytes)) : unit(bytes);
    }

    bool unit(base::Bytes bytes) {
      if (bytes.size() < kHeaderBytes || !begin(header_of(bytes))) return false;
      out.append(bytes.subspan(kHeaderBytes));
      return true;
    }

    bool aggregation(base::Bytes bytes) {
      base::ByteReader reader(bytes);
      while (reader.remaining() > 0) {
        const base::Bytes one = reader.take(reader.u16());
        if (!reader.ok() || !unit(one)) return false;
      }
      return true;
    }

    bool fragment(const Header& indicator, base::Bytes bytes) {
      if (bytes.empty()) return false;
      const std::uint8_t fragment_header = bytes[0];
      const int type = Format::type_of_fragment(fragment_header);
      const bool first = (fragment_header & kFirstFragment) != 0;
      if (first == open || (open && type != open_type)) return false;
      if (first && !begin(Format::with_type(indicator, type))) return false;
      out.append(bytes.subspan(1));
      open = !(fragment_header & kLastFragment);
      open_type = type;
      return true;
    }

    bool begin(const Header& header) {
      const int type = Format::type_of(header);
      if (!Format::is_unit(type)) return false;
      facts.key_frame |= Format::is_key(type);
      if constexpr (Format::kSaysReferences) facts.reference |= Format::is_reference(header);
      out.append(kStartCode);
      out.append(header);
      return true;
    }
  };
};

}  // namespace kaskado::codec
