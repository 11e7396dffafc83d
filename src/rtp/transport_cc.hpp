// The receiving side of transport-wide congestion control
// (draft-holmer-rmcat-transport-wide-cc-extensions-01): collects arrivals and reports them.
#pragma once

#include <vector>

#include "base/time.hpp"
#include "rtp/transport_feedback.hpp"

namespace kaskado::rtp {

// One a transport. Remembers the newest kWindow sequence numbers; what falls out before it was reported is
// never reported. Reports every 100 ms, or as soon as many packets wait.
class TransportCcReceiver {
 public:
  explicit TransportCcReceiver(Ssrc sender) : sender_(sender) {}

  // `media` is the SSRC that the packet came with; feedback names the newest one.
  void receive(SequenceNumber sequence, Ssrc media, base::Instant arrived);
  // Writes what is due; what does not fit stays due. In a slot of 200 bytes it writes something.
  void advance(base::Instant now, RtcpBuilder& builder);
  base::Instant deadline() const;

 private:
  static constexpr std::size_t kWindow = 2048;
  static constexpr std::uint64_t kMaxReorder = 512;  // how far back a late packet reopens a report
  static constexpr std::uint64_t kManyPackets = 256;
  static constexpr std::size_t kLeastRoom = 64;  // with less, statuses wait for the next slot
  static constexpr base::Duration kInterval = std::chrono::milliseconds{100};

  base::Instant& arrival(std::uint64_t extended) { return arrivals_[extended % kWindow]; }
  void start(std::uint64_t extended);
  void move_to(std::uint64_t extended);
  bool write_one(RtcpBuilder& builder);

  Ssrc sender_;
  Ssrc media_{};
  std::vector<base::Instant> arrivals_;  // kWindow of them from the first packet on
  std::uint64_t unreported_ = 0;         // the first extended number that the next report speaks of
  std::uint64_t highest_ = 0;
  bool waiting_ = false;  // a packet came since the last report
  base::Instant due_ = base::kNever;
  std::uint8_t feedback_count_ = 0;
};

}  // namespace kaskado::rtp
