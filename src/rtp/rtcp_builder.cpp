#include "rtp/rtcp_builder.hpp"

#include <algorithm>
#include <bit>

#include "rtp/rtp_packet.hpp"

namespace kaskado::rtp {

namespace {

constexpr std::size_t kMaxCount = 31;  // five bits of RC or SC
constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kFeedbackBytes = 12;    // header and both SSRCs
constexpr std::size_t kSenderInfoBytes = 20;  // NTP, RTP, two counts

// Bytes that receiver reports for `count` blocks take.
std::size_t receiver_report_bytes(std::size_t count) {
  const std::size_t reports = std::max<std::size_t>(1, (count + kMaxCount - 1) / kMaxCount);
  return reports * 8 + count * ReportBlock::kBytes;
}

std::uint32_t clamp_cumulative(std::int32_t lost) {
  return static_cast<std::uint32_t>(std::clamp(lost, -0x800000, 0x7fffff)) & 0xffffff;
}

}  // namespace

std::size_t RtcpBuilder::begin(RtcpType type, std::uint8_t count_or_format) {
  const std::size_t start = writer_.size();
  writer_.u8(static_cast<std::uint8_t>(kVersionBits | count_or_format));
  writer_.u8(static_cast<std::uint8_t>(type));
  writer_.u16(0);
  return start;
}

void RtcpBuilder::end(std::size_t start) {
  writer_.patch_u16(start + 2, static_cast<std::uint16_t>((writer_.size() - start) / 4 - 1));
}

void RtcpBuilder::blocks(std::span<const ReportBlock> blocks) {
  for (const ReportBlock& block : blocks) {
    writer_.u32(block.ssrc.value);
    writer_.u8(block.fraction_lost);
    writer_.u24(clamp_cumulative(block.cumulative_lost));
    writer_.u32(block.extended_highest_sequence);
    writer_.u32(block.jitter);
    writer_.u32(block.last_sender_report);
    writer_.u32(block.delay_since_last_sender_report);
  }
}

bool RtcpBuilder::sender_report(Ssrc sender, const SenderInfo& info, std::span<const ReportBlock> all) {
  const auto own = all.first(std::min(all.size(), kMaxCount));
  const auto rest = all.subspan(own.size());
  const std::size_t rest_bytes = rest.empty() ? 0 : receiver_report_bytes(rest.size());
  if (remaining() < 8 + kSenderInfoBytes + own.size() * ReportBlock::kBytes + rest_bytes) return false;
  const std::size_t start = begin(RtcpType::sender_report, static_cast<std::uint8_t>(own.size()));
  writer_.u32(sender.value);
  writer_.u64(info.ntp.value);
  writer_.u32(info.rtp.value);
  writer_.u32(info.packets);
  writer_.u32(info.payload_bytes);
  blocks(own);
  end(start);
  return rest.empty() || receiver_report(sender, rest);
}

bool RtcpBuilder::receiver_report(Ssrc sender, std::span<const ReportBlock> all) {
  if (remaining() < receiver_report_bytes(all.size())) return false;
  do {
    const auto own = all.first(std::min(all.size(), kMaxCount));
    all = all.subspan(own.size());
    const std::size_t start = begin(RtcpType::receiver_report, static_cast<std::uint8_t>(own.size()));
    writer_.u32(sender.value);
    blocks(own);
    end(start);
  } while (!all.empty());
  return true;
}

bool RtcpBuilder::cname(Ssrc ssrc, std::string_view name) {
  name = name.substr(0, 255);
  const std::size_t item_bytes = 2 + name.size();
  const std::size_t padding = 4 - item_bytes % 4;  // at least one zero ends the list (RFC 3550 §6.5)
  if (remaining() < kHeaderBytes + 4 + item_bytes + padding) return false;
  const std::size_t start = begin(RtcpType::source_description, 1);
  writer_.u32(ssrc.value);
  writer_.u8(SourceDescription::kCname);
  writer_.u8(static_cast<std::uint8_t>(name.size()));
  writer_.bytes(base::as_bytes(name));
  writer_.zeros(padding);
  end(start);
  return true;
}

bool RtcpBuilder::goodbye(std::span<const Ssrc> sources, std::string_view reason) {
  sources = sources.first(std::min(sources.size(), kMaxCount));
  reason = reason.substr(0, 255);
  const std::size_t reason_bytes = reason.empty() ? 0 : (reason.size() + 1 + 3) / 4 * 4;
  if (remaining() < kHeaderBytes + sources.size() * 4 + reason_bytes) return false;
  const std::size_t start = begin(RtcpType::goodbye, static_cast<std::uint8_t>(sources.size()));
  for (const Ssrc ssrc : sources) writer_.u32(ssrc.value);
  if (!reason.empty()) {
    writer_.u8(static_cast<std::uint8_t>(reason.size()));
    writer_.bytes(base::as_bytes(reason));
    writer_.zeros(reason_bytes - 1 - reason.size());
  }
  end(start);
  return true;
}

std::size_t RtcpBuilder::nack(Ssrc sender, Ssrc media, std::span<const SequenceNumber> lost) {
  if (lost.empty() || remaining() < kFeedbackBytes + 4) return 0;
  const std::size_t start = begin(RtcpType::transport_feedback, 1);
  writer_.u32(sender.value);
  writer_.u32(media.value);
  std::size_t used = 0;
  while (used < lost.size() && remaining() >= 4) {
    const std::uint16_t packet_id = lost[used++].value;
    std::uint16_t bitmask = 0;
    for (; used < lost.size(); ++used) {
      const auto distance = static_cast<std::uint16_t>(lost[used].value - packet_id);
      if (distance == 0) continue;
      if (distance > 16) break;
      bitmask = static_cast<std::uint16_t>(bitmask | 1u << (distance - 1));
    }
    writer_.u16(packet_id);
    writer_.u16(bitmask);
  }
  end(start);
  return used;
}

bool RtcpBuilder::picture_loss(Ssrc sender, Ssrc media) {
  if (remaining() < kFeedbackBytes) return false;
  const std::size_t start = begin(RtcpType::payload_feedback, 1);
  writer_.u32(sender.value);
  writer_.u32(media.value);
  end(start);
  return true;
}

bool RtcpBuilder::full_intra(Ssrc sender, Ssrc media, std::uint8_t command_number) {
  if (remaining() < kFeedbackBytes + 8) return false;
  const std::size_t start = begin(RtcpType::payload_feedback, 4);
  writer_.u32(sender.value);
  writer_.u32(0);  // RFC 5104 §4.3.1.2: the media source of the header is not used
  writer_.u32(media.value);
  writer_.u8(command_number);
  writer_.u24(0);
  end(start);
  return true;
}

bool RtcpBuilder::remb(Ssrc sender, std::uint64_t bitrate_bps, std::span<const Ssrc> media) {
  media = media.first(std::min<std::size_t>(media.size(), 255));
  if (remaining() < kFeedbackBytes + 8 + media.size() * 4) return false;
  const int exponent = std::max(0, static_cast<int>(std::bit_width(bitrate_bps)) - 18);
  const std::size_t start = begin(RtcpType::payload_feedback, 15);
  writer_.u32(sender.value);
  writer_.u32(0);  // draft-alvestrand-rmcat-remb-03 §2.2: always 0
  writer_.bytes(base::as_bytes("REMB"));
  writer_.u8(static_cast<std::uint8_t>(media.size()));
  writer_.u24(static_cast<std::uint32_t>(exponent) << 18 |
              static_cast<std::uint32_t>(bitrate_bps >> exponent));
  for (const Ssrc ssrc : media) writer_.u32(ssrc.value);
  end(start);
  return true;
}

}  // namespace kaskado::rtp
