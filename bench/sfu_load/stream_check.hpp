// Judges what one viewer gets of one stream: every packet once and in order, by continuous sequence numbers,
// and each sampled one decryptable, unchanged and standing for the right packet of the publisher.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>

#include "payload.hpp"
#include "rtp/types.hpp"

namespace kaskado::bench {

struct StreamCounters {
  std::uint64_t packets = 0;  // different ones
  std::uint64_t duplicates = 0;
  std::uint64_t reordered = 0;      // came after one with a higher number
  std::uint64_t out_of_window = 0;  // so far behind that nobody knows whether it had come before
  std::uint64_t foreign = 0;        // of another SSRC than the first packet
  std::uint64_t sampled = 0;
  std::uint64_t undecryptable = 0;
  std::uint64_t changed = 0;      // decrypted, and not what was published
  std::uint64_t misnumbered = 0;  // the wrong packet for its sequence number, or of another publisher
};

class StreamCheck {
 public:
  // Of the packets of the publisher with this id.
  explicit StreamCheck(std::uint32_t publisher) : publisher_(publisher) {}

  // Every packet, by its header. Gives the extended sequence number, or nothing where the packet is not a new
  // one.
  std::optional<std::uint64_t> note(rtp::Ssrc ssrc, rtp::SequenceNumber sequence);
  void note_undecryptable() { ++counters_.sampled, ++counters_.undecryptable; }
  // What was in it, where it could be decrypted.
  void note_payload(std::uint64_t extended, const std::optional<PayloadMark>& mark);

  const StreamCounters& counters() const { return counters_; }
  std::optional<rtp::Ssrc> ssrc() const { return ssrc_; }
  std::uint64_t highest() const { return highest_; }
  // Numbers between the first and the highest that have not come.
  std::uint64_t holes() const { return counters_.packets ? highest_ - first_ + 1 - counters_.packets : 0; }

 private:
  static constexpr std::size_t kWindow = 1024;

  std::optional<std::uint64_t> note_late(std::uint64_t extended);

  const std::uint32_t publisher_;
  std::optional<rtp::Ssrc> ssrc_;
  std::uint64_t first_ = 0;
  std::uint64_t highest_ = 0;
  std::bitset<kWindow> seen_;              // of the numbers up to highest_, modulo the window
  std::optional<std::uint64_t> distance_;  // from the publisher's numbers to the viewer's
  StreamCounters counters_;
};

}  // namespace kaskado::bench
