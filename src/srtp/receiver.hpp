// The receiving half of an SRTP session (RFC 3711, RFC 6188, RFC 7714): one key, up to a bound of SSRCs.
// Owned and used by one loop. Allocates when a new source is authenticated first, and never else.
#pragma once

#include "base/drop_reason.hpp"
#include "srtp/packet_cipher.hpp"
#include "srtp/profile.hpp"
#include "srtp/replay_window.hpp"
#include "srtp/source_table.hpp"

namespace kaskado::srtp {

struct OpenResult {
  base::DropReason drop = base::DropReason::none;
  std::size_t length = 0;   // of the opened packet, 0 where it was dropped
  std::uint64_t index = 0;  // ROC << 16 | SEQ, or the SRTCP index
};

class SrtpReceiver {
 public:
  static constexpr std::size_t kDefaultMaxSources = 64;

  // Of more than `max_sources` SSRCs the longest idle one keeps only its highest index; see source_table.hpp.
  explicit SrtpReceiver(const MasterKey& master, std::size_t max_sources = kDefaultMaxSources)
      : SrtpReceiver(master, max_sources, fastest_engine(master.profile)) {}
  SrtpReceiver(const MasterKey& master, std::size_t max_sources, Engine engine);

  // Opens a packet in place. Drops it as
  //   bad_srtp               no RTP (RTCP) packet, or shorter than its header and tag
  //   srtp_replay            taken before, or older than the replay window (960 RTP, 192 RTCP packets)
  //   srtp_too_many_sources  of a new SSRC, where all places are taken
  //   srtp_authentication    not sealed with the peer's key, or changed on its way
  // Nothing is remembered of a dropped packet, whose bytes are unspecified afterwards; but with the CM-SHA1 profiles
  // they are what they were.
  OpenResult open_rtp(base::MutableBytes packet);
  OpenResult open_rtcp(base::MutableBytes packet);

  Profile profile() const { return profile_; }
  std::size_t rtp_source_count() const { return rtp_sources_.size(); }
  std::size_t rtcp_source_count() const { return rtcp_sources_.size(); }

 private:
  // Wide for RTP: a burst of video and its late packets fit in.
  using RtpWindow = ReplayWindow<16>;
  using RtcpWindow = ReplayWindow<4>;

  Profile profile_;
  const ProfileTraits* traits_;
  PacketCipher rtp_;
  PacketCipher rtcp_;
  SourceTable<RtpWindow> rtp_sources_;
  SourceTable<RtcpWindow> rtcp_sources_;
};

}  // namespace kaskado::srtp
