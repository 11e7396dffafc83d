// What has come of FEC for the streams of one m-line, and what that makes of it: lost packets, recovered
// before anybody has to ask for them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/drop_reason.hpp"
#include "base/packet.hpp"
#include "rtp/fec_counters.hpp"
#include "rtp/fec_packet.hpp"
#include "rtp/receive_stream.hpp"

namespace kaskado::rtp {

// Owned by one shard, and of a size that does not change. The packets that FEC refers to are those of their
// stream's history; FEC packets wait here while more than one of theirs is missing: kMostWaiting at once for
// kMostAge, of more the oldest goes.
class FecReceiver {
 public:
  static constexpr std::size_t kMostWaiting = 32;
  static constexpr base::Duration kMostAge = std::chrono::seconds{1};

  // The counters are the shard's.
  explicit FecReceiver(FecCounters& counters) : counters_(counters) {}

  // A FEC packet with what it protects of `stream`, which has had a packet; `payload` lies in `packet`.
  // bad_fec where its numbers are none of the stream's.
  base::DropReason receive(const FecPacket& fec, base::PacketRef packet, base::Bytes payload,
                           const ReceiveStream& stream);
  // That was not worth taking up.
  void count_bad() { ++counters_.received, ++counters_.discarded; }
  // The stream has a packet more, however it came.
  void media_came(const ReceiveStream& stream, std::uint64_t extended);
  // The next packet that can be recovered for the stream; to be asked again, after it has been accepted,
  // until there is none.
  std::optional<MediaPacket> recover(const ReceiveStream& stream, const ExtensionMap& extensions,
                                     base::PacketPool& packets, base::Instant now);
  // Lets go of what has waited for too long.
  void expire(base::Instant now);
  std::size_t waiting() const { return count_; }

 private:
  struct Waiting {
    FecPacket fec;
    base::PacketRef packet;
    base::Bytes payload;
    SourceId source;
    std::uint64_t base_sequence = 0;  // extended
    FecMask missing;
  };

  void remove(std::size_t at);
  void discard(std::size_t at);

  FecCounters& counters_;
  std::array<Waiting, kMostWaiting> waiting_;  // the oldest first
  std::size_t count_ = 0;
};

}  // namespace kaskado::rtp
