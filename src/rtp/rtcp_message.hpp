// RTCP messages as values and views (RFC 3550 §6, RFC 4585 §6, RFC 5104 §4, draft-alvestrand-rmcat-remb-03).
// A view stays valid for as long as the bytes that it was read from.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/bytes.hpp"
#include "rtp/ntp_time.hpp"
#include "rtp/types.hpp"

namespace kaskado::rtp {

enum class RtcpType : std::uint8_t {
  sender_report = 200,       // RFC 3550 §6.4.1
  receiver_report = 201,     // RFC 3550 §6.4.2
  source_description = 202,  // RFC 3550 §6.5
  goodbye = 203,             // RFC 3550 §6.6
  application = 204,         // RFC 3550 §6.7
  transport_feedback = 205,  // RFC 4585 §6.2
  payload_feedback = 206,    // RFC 4585 §6.3
  extended_report = 207,     // RFC 3611; skipped
};

// RFC 3550 §6.4.1
struct ReportBlock {
  static constexpr std::size_t kBytes = 24;
  Ssrc ssrc;
  std::uint8_t fraction_lost = 0;    // of 256
  std::int32_t cumulative_lost = 0;  // 24 bits, signed
  std::uint32_t extended_highest_sequence = 0;
  std::uint32_t jitter = 0;              // in timestamp units
  std::uint32_t last_sender_report = 0;  // LSR: the middle 32 bits of its NTP time; 0 where there was none
  std::uint32_t delay_since_last_sender_report = 0;  // DLSR, in 1/65536 s
};
ReportBlock read_report_block(const std::uint8_t* bytes);

// Fixed-size elements of a message, read where they stand.
template <typename T, std::size_t kElementBytes, T (*kRead)(const std::uint8_t*)>
class RtcpElements {
 public:
  RtcpElements() = default;
  explicit RtcpElements(base::Bytes bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size() / kElementBytes; }
  bool empty() const { return size() == 0; }
  T operator[](std::size_t i) const { return kRead(bytes_.data() + i * kElementBytes); }

  class Iterator {
   public:
    explicit Iterator(const std::uint8_t* at) : at_(at) {}
    T operator*() const { return kRead(at_); }
    Iterator& operator++() { return at_ += kElementBytes, *this; }
    bool operator==(const Iterator&) const = default;

   private:
    const std::uint8_t* at_;
  };
  Iterator begin() const { return Iterator(bytes_.data()); }
  Iterator end() const { return Iterator(bytes_.data() + size() * kElementBytes); }

 private:
  base::Bytes bytes_;
};

inline Ssrc read_ssrc(const std::uint8_t* bytes) {
  return Ssrc{base::load_u32(bytes)};
}
using ReportBlocks = RtcpElements<ReportBlock, ReportBlock::kBytes, read_report_block>;
using Ssrcs = RtcpElements<Ssrc, 4, read_ssrc>;

// RFC 3550 §6.4.1
struct SenderInfo {
  NtpTime ntp;
  Timestamp rtp;
  std::uint32_t packets = 0;
  std::uint32_t payload_bytes = 0;
};
struct SenderReport {
  Ssrc sender;
  SenderInfo info;
  ReportBlocks blocks;
};
struct ReceiverReport {
  Ssrc sender;
  ReportBlocks blocks;
};

// RFC 3550 §6.5. Reads item by item, at most to the end of its bytes.
class SourceDescription {
 public:
  enum Item : std::uint8_t { kEnd = 0, kCname = 1, kMid = 15 };
  SourceDescription(std::uint8_t chunks, base::Bytes bytes) : chunks_(chunks), bytes_(bytes) {}
  // The first one of `ssrc`; empty where it has none.
  std::string_view cname_of(Ssrc ssrc) const;
  std::size_t chunks() const { return chunks_; }

 private:
  std::uint8_t chunks_;
  base::Bytes bytes_;
};

// RFC 3550 §6.6
struct Goodbye {
  Ssrcs sources;
  std::string_view reason;
};

// RFC 3550 §6.7
struct ApplicationMessage {
  std::uint8_t subtype = 0;
  Ssrc sender;
  std::string_view name;  // four characters
  base::Bytes data;
};

// RFC 4585 §6.2.1. Gives the sequence numbers one by one, in the order written.
class Nack {
 public:
  Nack(Ssrc sender, Ssrc media, base::Bytes items) : sender_(sender), media_(media), items_(items) {}
  Ssrc sender() const { return sender_; }
  Ssrc media() const { return media_; }

  class Iterator {
   public:
    Iterator(const std::uint8_t* at, const std::uint8_t* end) : at_(at), end_(end) { load(); }
    SequenceNumber operator*() const { return current_; }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void load();
    const std::uint8_t* at_;
    const std::uint8_t* end_;
    SequenceNumber current_;
    std::uint16_t bitmask_ = 0;  // what is left of BLP
  };
  Iterator begin() const { return {items_.data(), items_.data() + items_.size()}; }
  Iterator end() const { return {items_.data() + items_.size(), items_.data() + items_.size()}; }

 private:
  Ssrc sender_;
  Ssrc media_;
  base::Bytes items_;  // whole FCI entries
};

// RFC 4585 §6.3.1
struct PictureLossIndication {
  Ssrc sender;
  Ssrc media;
};

// RFC 5104 §4.3.1.1. A command with the number of the one before is its repetition.
struct FullIntraCommand {
  Ssrc media;
  std::uint8_t command_number = 0;
};
FullIntraCommand read_full_intra_command(const std::uint8_t* bytes);
struct FullIntraRequest {
  Ssrc sender;
  RtcpElements<FullIntraCommand, 8, read_full_intra_command> commands;
};

// draft-alvestrand-rmcat-remb-03 §2.2
struct Remb {
  Ssrc sender;
  std::uint64_t bitrate_bps = 0;  // saturates where mantissa and exponent say more
  Ssrcs media;
};

// draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1; read on with TransportFeedbackReader.
struct TransportFeedback {
  Ssrc sender;
  Ssrc media;
  std::uint16_t base_sequence = 0;
  std::uint16_t status_count = 0;
  std::int32_t reference_time = 0;  // 24 bits, signed, in units of 64 ms
  std::uint8_t feedback_count = 0;
  base::Bytes statuses;  // packet chunks and receive deltas
};

// Well-formed, and of a kind that this server has no use for (XR, other feedback formats).
struct OtherRtcp {
  std::uint8_t type = 0;
  std::uint8_t count_or_format = 0;
};

using RtcpMessage =
    std::variant<OtherRtcp, SenderReport, ReceiverReport, SourceDescription, Goodbye, ApplicationMessage,
                 Nack, PictureLossIndication, FullIntraRequest, Remb, TransportFeedback>;

}  // namespace kaskado::rtp
