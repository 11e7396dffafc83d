// The header extensions that one subscriber gets, under its own ids (RFC 8285).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "rtp/media_packet.hpp"

namespace kaskado::rtp {

// mid is the subscriber's own, abs-send-time this server's, and so is the playout delay once it has one; audio level,
// orientation, content type and colour space are copied. The number for transport-cc is the transport's, which writes it where
// number_at() says. rid is not sent: streams go out single. 32 bytes, as it stands in the hot part of each SendStream.
class EgressExtensions {
 public:
  // The longest block that write() makes, and as much again as it may scribble behind it.
  static constexpr std::size_t kMaxBytes = 4 + 4 + 18 + 5 + 5 * (2 + 32) + 3 + 16;

  // Two-byte headers are used where an id needs them (RFC 8285 §4.3). A mid longer than 16 bytes is not sent.
  void configure(const ExtensionMap& map, std::string_view mid);

  // How long the subscriber keeps a picture at least before it shows it, in hundredths of a second below 2.5 s, from now on in
  // each packet; where the subscriber does not know of such things, nothing.
  void set_playout_delay(std::uint8_t least_10ms);

  // Writes the whole block with profile and length; gives its bytes, 0 where there is no element to write.
  std::size_t write(const MediaPacket& packet, bool with_mid, std::uint8_t* at) const {
    return two_byte_ ? write_as<true>(packet, with_mid, at) : write_as<false>(packet, with_mid, at);
  }

  // Where in the block the transport-wide sequence number stands, zeros as yet; 0 where there is none
  // (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2).
  std::size_t number_at() const { return ids_[index_of(ExtensionKind::transport_cc)] == 0 ? 0 : two_byte_ ? 6 : 5; }

 private:
  static constexpr std::size_t kMaxMid = 16;
  static constexpr std::size_t kMaxCopied = 32;
  static constexpr std::uint8_t kNoPlayoutDelay = 255;

  template <bool kTwoByte>
  std::size_t write_as(const MediaPacket& packet, bool with_mid, std::uint8_t* at) const;
  template <bool kTwoByte>
  std::uint8_t* copy_values(const MediaPacket& packet, std::uint8_t* p) const;

  std::array<std::uint8_t, kExtensionKinds> ids_{};
  std::uint16_t copied_ = 0;  // a bit a kind
  std::array<char, kMaxMid> mid_{};
  std::uint8_t mid_length_ : 7 = 0;
  bool two_byte_ : 1 = false;
  std::uint8_t playout_10ms_ = kNoPlayoutDelay;
};

}  // namespace kaskado::rtp
