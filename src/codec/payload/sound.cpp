#include "codec/payload/sound.hpp"

#include "codec/bitstream/opus.hpp"
#include "codec/payload/frame_writer.hpp"

namespace kaskado::codec {

namespace {

using base::Bytes;

class SoundDepacketizer final : public Depacketizer {
 public:
  explicit SoundDepacketizer(CodecId codec) : codec_(codec) {}

  bool starts_frame(Bytes payload) const override { return is_frame(payload); }

  base::Result<AssembledFrame, base::DropReason> assemble(std::span<const Bytes> payloads) override {
    AssembledFrame frame;
    frame.bytes = write_frame([&](FrameWriter& out) {
      for (const Bytes payload : payloads) {
        if (payload.empty()) continue;
        if (out.size() > 0 || !is_frame(payload)) return false;
        out.append(payload);
      }
      return true;
    });
    if (!frame.bytes) return base::DropReason::bad_payload;
    frame.key_frame = true;
    return frame;
  }

 private:
  bool is_frame(Bytes payload) const {
    return codec_ == CodecId::opus ? parse_opus_packet(payload).has_value() : !payload.empty();
  }

  CodecId codec_;
};

// A frame that is longer than a payload cannot be carried.
class SoundPacketizer final : public Packetizer {
 public:
  void begin(const EncodedFrame& frame, std::size_t max_payload_bytes) override {
    bytes_ = frame.span().size() <= max_payload_bytes ? frame.bytes : nullptr;
  }

  std::optional<Fragment> next(base::MutableBytes room) override {
    if (!bytes_ || bytes_->empty()) return std::nullopt;
    base::ByteWriter writer(room);
    writer.bytes(*bytes_);
    bytes_.reset();
    return Fragment{writer.size(), true};
  }

 private:
  SharedBytes bytes_;
};

}  // namespace

std::unique_ptr<Depacketizer> make_sound_depacketizer(CodecId codec) {
  return std::make_unique<SoundDepacketizer>(codec);
}

std::unique_ptr<Packetizer> make_sound_packetizer() {
  return std::make_unique<SoundPacketizer>();
}

}  // namespace kaskado::codec
