// What one subscriber gets of a stream with layers, and under which picture numbers: what is left out, or is of another
// stream than before, must not show as a hole or a leap (RFC 7741 §4.2, RFC 9628 §4.2).
#pragma once

#include <cstdint>

#include "rtp/media_packet.hpp"

namespace kaskado::rtp {

// The highest layers that are wanted.
struct LayerLimits {
  static constexpr std::uint8_t kAll = 7;
  std::uint8_t spatial = kAll;
  std::uint8_t temporal = kAll;
  bool operator==(const LayerLimits&) const = default;
};

// Of one SendStream. Packets come in the order of their indices; those that come late change nothing here, and take what
// held in their time from their run's note.
class LayerFilter {
 public:
  // What a packet's header and descriptor depend on, beside what is constant since the last switch.
  struct Note {
    std::uint16_t picture_offset = 0;
    std::uint8_t spatial = LayerLimits::kAll;

    std::uint32_t packed() const { return static_cast<std::uint32_t>(picture_offset) << 8 | spatial; }
    static Note of(std::uint32_t packed) {
      return {static_cast<std::uint16_t>(packed >> 8), static_cast<std::uint8_t>(packed)};
    }
    bool operator==(const Note&) const = default;
  };

  void set_limits(const LayerLimits& limits) { limits_ = limits; }
  const LayerLimits& limits() const { return limits_; }
  // More spatial layers are wanted than a frame that depends on others can bring.
  bool wants_key_frame() const { return described_ && limits_.spatial > now_.spatial && top_spatial_ > now_.spatial; }

  // The stream goes on with this packet, of another source than before.
  void adopt(const MediaPacket& first);
  // Whether the packet, which is next or later, is to be sent.
  bool admits(const MediaPacket& packet);
  // It has been sent, as the newest.
  void sent(const MediaPacket& packet);

  // For what is sent from now on.
  const Note& note() const { return note_; }
  // Whether a packet needs more than its header changed.
  bool rewrites(const MediaPacket& packet, const Note& note) const {
    return packet.layer.picture_id_bytes != 0 && (note.picture_offset != 0 || tl0_offset_ != 0);
  }
  void rewrite(const MediaPacket& packet, const Note& note, std::uint8_t* payload) const;
  // The last packet of a picture, once what is above is left out.
  static bool ends_picture(const MediaPacket& packet, const Note& note) {
    return packet.layer.ends_frame && packet.layer.described && packet.layer.spatial == note.spatial;
  }

 private:
  void begin_frame(const MediaPacket& packet);

  LayerLimits limits_;
  LayerLimits now_;  // what is sent
  Note note_;
  std::uint8_t tl0_offset_ = 0;
  bool described_ = false;
  std::uint8_t top_spatial_ = 0;  // that has been seen since the last key frame
  // Of the newest that was sent, as the subscriber knows them.
  bool sent_any_ = false;
  std::uint16_t last_picture_ = 0;
  std::uint8_t last_tl0_ = 0;
  // Of the newest picture that was left out.
  bool left_out_any_ = false;
  Timestamp left_out_;
};

}  // namespace kaskado::rtp
