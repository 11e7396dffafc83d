#include "srtp/sender.hpp"

#include "srtp/key_derivation.hpp"

namespace kaskado::srtp {

SrtpSender::SrtpSender(const MasterKey& master, Engine engine)
    : profile_(master.profile),
      traits_(&traits(master.profile)),
      rtp_(derive_rtp_keys(master), Direction::encrypt, engine),
      rtcp_(derive_rtcp_keys(master), Direction::encrypt, engine) {}

std::size_t SrtpSender::seal_rtcp(base::MutableBytes buffer, std::size_t length) {
  const std::size_t sealed = length + kSrtcpIndexBytes + traits_->rtcp_tag_bytes;
  if (length < kRtcpHeaderBytes || sealed > buffer.size() || next_srtcp_index_ > kMaxSrtcpIndex) return 0;
  const std::uint32_t index_word = kSrtcpEncrypted | next_srtcp_index_++;
  return rtcp_.seal_rtcp(buffer.data(), length, index_word) ? sealed : 0;
}

}  // namespace kaskado::srtp
