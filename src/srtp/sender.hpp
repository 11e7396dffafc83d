// The sending half of an SRTP session (RFC 3711, RFC 6188, RFC 7714): one key, any number of SSRCs.
// Owned and used by one loop. After construction nothing here allocates.
#pragma once

#include "srtp/layout.hpp"
#include "srtp/packet_cipher.hpp"
#include "srtp/profile.hpp"

namespace kaskado::srtp {

class SrtpSender {
 public:
  explicit SrtpSender(const MasterKey& master) : SrtpSender(master, fastest_engine(master.profile)) {}
  SrtpSender(const MasterKey& master, Engine engine);

  // Seals one RTP packet into `slot`, where its header of `header_bytes` (with CSRCs and extension) stands
  // already. `payload` is read from the packet that all receivers share, and is written encrypted behind the
  // header: it does not overlap the slot, or it stands exactly there. `index` is ROC << 16 | SEQ of the
  // header's SSRC, which the caller keeps.
  //
  // Returns the length of the sealed packet; 0 where it does not fit the slot, where the header is shorter
  // than an RTP header, or where the index has more than 48 bits (the key's life is over, RFC 3711 §9.2).
  //
  // An index may be sealed again only for the very same header and payload: anything else gives key stream
  // away, and with the AEAD profiles the authentication key too (RFC 7714 §13.1, §13.3). A retransmission
  // that changes a header extension therefore needs an index of its own, as RTX gives it.
  std::size_t seal_rtp(base::MutableBytes slot, std::size_t header_bytes, base::Bytes payload,
                       std::uint64_t index) {
    const std::size_t length = header_bytes + payload.size() + traits_->rtp_tag_bytes;
    if (header_bytes < kRtpFixedHeaderBytes || length > slot.size() || index > kMaxRtpIndex) return 0;
    return rtp_.seal_rtp(slot.data(), header_bytes, payload, index) ? length : 0;
  }

  // Seals the compound RTCP packet that fills the first `length` bytes of `buffer`, in place. Returns its
  // sealed length (at most kMaxRtcpOverheadBytes more); 0 where it does not fit, is no RTCP packet, or where
  // the session has sent its 2^31 RTCP packets.
  std::size_t seal_rtcp(base::MutableBytes buffer, std::size_t length);

  Profile profile() const { return profile_; }
  // That it has sealed.
  std::uint32_t rtcp_packets() const { return next_srtcp_index_ - 1; }

 private:
  Profile profile_;
  const ProfileTraits* traits_;
  PacketCipher rtp_;
  PacketCipher rtcp_;
  // One counter for all SSRCs: a receiver reads the index from the packet, so gaps do no harm.
  std::uint32_t next_srtcp_index_ = 1;
};

}  // namespace kaskado::srtp
