#include "srtp/receiver.hpp"

#include "srtp/key_derivation.hpp"
#include "srtp/layout.hpp"

namespace kaskado::srtp {
namespace {

using base::DropReason;

template <typename Window>
DropReason admission(const SourceTable<Window>& sources, const Window& window, std::uint64_t index) {
  if (window.was_taken(index)) return DropReason::srtp_replay;
  return sources.has_room() ? DropReason::none : DropReason::srtp_too_many_sources;
}

}  // namespace

SrtpReceiver::SrtpReceiver(const MasterKey& master, std::size_t max_sources, Engine engine)
    : profile_(master.profile),
      traits_(&traits(master.profile)),
      rtp_(derive_rtp_keys(master), Direction::decrypt, engine),
      rtcp_(derive_rtcp_keys(master), Direction::decrypt, engine),
      rtp_sources_(max_sources),
      rtcp_sources_(max_sources) {}

OpenResult SrtpReceiver::open_rtp(base::MutableBytes packet) {
  const std::size_t header_bytes = rtp_header_bytes(packet);
  if (header_bytes == 0 || packet.size() < header_bytes + traits_->rtp_tag_bytes)
    return {DropReason::bad_srtp};

  const RtpWindow& window = rtp_sources_.look_up(rtp_ssrc(packet.data()));
  const std::uint64_t index = estimate_index(window.highest(), rtp_sequence(packet.data()));
  if (index > kMaxRtpIndex) return {DropReason::bad_srtp};
  if (const DropReason drop = admission(rtp_sources_, window, index); drop != DropReason::none) return {drop};

  if (!rtp_.open_rtp(packet, header_bytes, index)) return {DropReason::srtp_authentication};
  rtp_sources_.take(index);
  return {DropReason::none, packet.size() - traits_->rtp_tag_bytes, index};
}

OpenResult SrtpReceiver::open_rtcp(base::MutableBytes packet) {
  const std::size_t overhead = kSrtcpIndexBytes + traits_->rtcp_tag_bytes;
  if (packet.size() < kRtcpHeaderBytes + overhead || !is_version_2(packet)) return {DropReason::bad_srtp};

  const std::uint32_t index_word =
      base::load_u32(packet.data() + srtcp_index_offset(*traits_, packet.size()));
  const std::uint32_t index = index_word & kMaxSrtcpIndex;
  const RtcpWindow& window = rtcp_sources_.look_up(rtcp_ssrc(packet.data()));
  if (const DropReason drop = admission(rtcp_sources_, window, index); drop != DropReason::none)
    return {drop};

  if (!rtcp_.open_rtcp(packet, index_word)) return {DropReason::srtp_authentication};
  rtcp_sources_.take(index);
  return {DropReason::none, packet.size() - overhead, index};
}

}  // namespace kaskado::srtp
