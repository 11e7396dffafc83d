#include "rtp/rtcp_message.hpp"

namespace kaskado::rtp {

ReportBlock read_report_block(const std::uint8_t* p) {
  ReportBlock block;
  block.ssrc = read_ssrc(p);
  block.fraction_lost = p[4];
  block.cumulative_lost = static_cast<std::int32_t>(base::load_u24(p + 5) << 8) >> 8;
  block.extended_highest_sequence = base::load_u32(p + 8);
  block.jitter = base::load_u32(p + 12);
  block.last_sender_report = base::load_u32(p + 16);
  block.delay_since_last_sender_report = base::load_u32(p + 20);
  return block;
}

FullIntraCommand read_full_intra_command(const std::uint8_t* p) {
  return {read_ssrc(p), p[4]};
}

std::string_view SourceDescription::cname_of(Ssrc ssrc) const {
  base::ByteReader reader(bytes_);
  for (std::size_t chunk = 0; chunk < chunks_ && reader.ok(); ++chunk) {
    const bool wanted = Ssrc{reader.u32()} == ssrc;
    while (reader.ok() && reader.remaining() > 0) {
      const std::uint8_t item = reader.u8();
      if (item == kEnd) break;
      const base::Bytes text = reader.take(reader.u8());
      if (wanted && item == kCname && reader.ok()) return base::as_text(text);
    }
    reader.skip((4 - reader.position() % 4) % 4);  // each chunk starts on a word
  }
  return {};
}

Nack::Iterator& Nack::Iterator::operator++() {
  if (bitmask_ == 0) {
    at_ += 4;
    load();
    return *this;
  }
  do {
    ++current_.value;
    const bool lost = bitmask_ & 1;
    bitmask_ = static_cast<std::uint16_t>(bitmask_ >> 1);
    if (lost) break;
  } while (bitmask_ != 0);
  return *this;
}

void Nack::Iterator::load() {
  if (at_ == end_) return;
  current_ = SequenceNumber{base::load_u16(at_)};
  bitmask_ = base::load_u16(at_ + 2);
}

}  // namespace kaskado::rtp
