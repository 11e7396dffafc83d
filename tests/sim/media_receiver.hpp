// One stream that a test peer receives: what came, and what it asks for again.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "hop_ledger.hpp"
#include "media_sender.hpp"
#include "rtp/key_frame_requester.hpp"
#include "rtp/nack_generator.hpp"
#include "rtp/rtp_packet.hpp"

namespace kaskado::sim {

struct ArrivedPacket {
  PacketId id;
  Instant when;
  rtp::Timestamp timestamp;
  std::uint8_t payload_type = 0;
  bool marker = false;
  bool starts_key_frame = false;
};

class MediaReceiver {
 public:
  MediaReceiver(rtp::MediaKind kind, rtp::Ssrc remote, rtp::Ssrc own);

  // A decrypted packet of the stream.
  void receive(const rtp::RtpHeader& header, base::Bytes payload, Instant now);
  // One that is on its way, or gets lost, with what stands in it if that can be read.
  void overhear(rtp::SequenceNumber sequence, std::optional<PacketId> id, Instant now, const Fate& fate);
  void receive_sender_report(const rtp::SenderInfo& info, Instant now);

  // Writes what is asked for now; note_sent() must follow with what became of it.
  void advance(Instant now, rtp::RtcpBuilder& builder);
  void note_sent(base::Bytes compound, Instant now, const Fate& fate);
  Instant deadline() const { return std::min(nacks_.deadline(), key_frames_.deadline()); }
  void set_rtt(Duration rtt) { nacks_.set_rtt(rtt); }
  void request_key_frame(Instant now) { key_frames_.request(now); }
  rtp::ReportBlock report(Instant now) const;

  rtp::MediaKind kind() const { return kind_; }
  rtp::Ssrc ssrc() const { return remote_; }
  bool has(rtp::SequenceNumber sequence) const { return arrived_.contains(extend(sequence)); }
  // By extended sequence number.
  const std::map<std::uint64_t, ArrivedPacket>& arrived() const { return arrived_; }
  const HopLedger& ledger() const { return ledger_; }
  // Decrypted, and of a number that had come before or with a payload that nobody sent.
  int duplicates() const { return duplicates_; }
  int corrupt() const { return corrupt_; }
  // Messages that got through.
  int nacks_delivered() const { return nacks_delivered_; }
  std::uint64_t key_frame_requests() const { return key_frames_.sent(); }
  int sender_reports() const { return sender_reports_; }

 private:
  std::uint64_t extend(rtp::SequenceNumber sequence) const;

  rtp::MediaKind kind_;
  rtp::Ssrc remote_;
  rtp::Ssrc own_;
  std::uint64_t newest_ = 0;  // overheard or arrived; 0 before the first
  std::map<std::uint64_t, ArrivedPacket> arrived_;
  HopLedger ledger_;
  rtp::NackGenerator nacks_;
  rtp::KeyFrameRequester key_frames_;
  int duplicates_ = 0;
  int corrupt_ = 0;
  int nacks_delivered_ = 0;
  int sender_reports_ = 0;
  rtp::NtpTime last_report_;
  Instant last_report_at_{};
};

}  // namespace kaskado::sim
