// Writes RTCP messages one behind the other into a slot. A message that does not fit whole is not written
// and says so; what stands in the slot is always valid RTCP.
//
// A compound (RFC 3550 §6.1) starts with a report and carries a CNAME; where reduced size is negotiated
// (RFC 5506), feedback may go alone.
#pragma once

#include <span>
#include <string_view>

#include "rtp/rtcp_message.hpp"

namespace kaskado::rtp {

class RtcpBuilder {
 public:
  explicit RtcpBuilder(base::MutableBytes slot) : writer_(slot) {}

  base::Bytes written() const { return writer_.written(); }
  bool empty() const { return writer_.size() == 0; }
  std::size_t remaining() const { return writer_.remaining(); }

  // More blocks than one report holds (31) go into receiver reports behind it.
  bool sender_report(Ssrc sender, const SenderInfo& info, std::span<const ReportBlock> blocks = {});
  bool receiver_report(Ssrc sender, std::span<const ReportBlock> blocks = {});
  // `name` is cut to 255 bytes.
  bool cname(Ssrc ssrc, std::string_view name);
  bool goodbye(std::span<const Ssrc> sources, std::string_view reason = {});
  // `lost` in ascending order. Gives how many of them went in: as many as the slot has room for.
  std::size_t nack(Ssrc sender, Ssrc media, std::span<const SequenceNumber> lost);
  bool picture_loss(Ssrc sender, Ssrc media);
  bool full_intra(Ssrc sender, Ssrc media, std::uint8_t command_number);
  // The bitrate is rounded down to what 18 bits of mantissa hold.
  bool remb(Ssrc sender, std::uint64_t bitrate_bps, std::span<const Ssrc> media);

  // For messages written elsewhere in this room: how to begin and end one.
  std::size_t begin(RtcpType type, std::uint8_t count_or_format);
  void end(std::size_t start);
  base::ByteWriter& writer() { return writer_; }

 private:
  void blocks(std::span<const ReportBlock> blocks);

  base::ByteWriter writer_;
};

}  // namespace kaskado::rtp
