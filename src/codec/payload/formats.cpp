// The payload format of each codec.
#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"
#include "codec/payload/amr.hpp"
#include "codec/payload/av1.hpp"
#include "codec/payload/h263.hpp"
#include "codec/payload/h264.hpp"
#include "codec/payload/h265.hpp"
#include "codec/payload/sound.hpp"
#include "codec/payload/vp8.hpp"
#include "codec/payload/vp9.hpp"

namespace kaskado::codec {

namespace {

// Of codecs that no peer is sent, and none sends.
class NoDepacketizer final : public Depacketizer {
 public:
  bool starts_frame(base::Bytes) const override { return false; }
  base::Result<AssembledFrame, base::DropReason> assemble(std::span<const base::Bytes>) override {
    return base::DropReason::bad_payload;
  }
};

class NoPacketizer final : public Packetizer {
 public:
  void begin(const EncodedFrame&, std::size_t) override {}
  std::optional<Fragment> next(base::MutableBytes) override { return std::nullopt; }
};

}  // namespace

std::unique_ptr<Depacketizer> Depacketizer::create(const PayloadFormat& format) {
  if (!has_payload_format(format.codec)) return std::make_unique<NoDepacketizer>();
  switch (format.codec) {
    case CodecId::vp8:
      return make_vp8_depacketizer();
    case CodecId::vp9:
      return make_vp9_depacketizer();
    case CodecId::h264:
      return make_h264_depacketizer();
    case CodecId::h265:
      return make_h265_depacketizer();
    case CodecId::av1:
      return make_av1_depacketizer();
    case CodecId::h263:
      return make_h263_depacketizer();
    case CodecId::amr_nb:
      return make_amr_depacketizer(format.octet_aligned);
    default:
      return make_sound_depacketizer(format.codec);
  }
}

std::unique_ptr<Packetizer> Packetizer::create(const PayloadFormat& format) {
  if (!has_payload_format(format.codec)) return std::make_unique<NoPacketizer>();
  switch (format.codec) {
    case CodecId::vp8:
      return make_vp8_packetizer();
    case CodecId::vp9:
      return make_vp9_packetizer();
    case CodecId::h264:
      return make_h264_packetizer();
    case CodecId::h265:
      return make_h265_packetizer();
    case CodecId::av1:
      return make_av1_packetizer();
    case CodecId::h263:
      return make_h263_packetizer();
    case CodecId::amr_nb:
      return make_amr_packetizer(format.octet_aligned);
    default:
      return make_sound_packetizer();
  }
}

}  // namespace kaskado::codec
