// How much longer one burst of packets was under way than the one before (draft-ietf-rmcat-gcc-02 §5.2,
// §5.3).
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace kaskado::rtp {

struct GroupDelay {
  base::Duration sent_apart{};  // between the last packets of two bursts
  base::Duration arrived_apart{};
  base::Duration variation() const { return arrived_apart - sent_apart; }
};

// Packets that left within 5 ms are one burst; so is what had gathered on the way and comes all at once.
class ArrivalGroups {
 public:
  // In the order of sending. `sent_us` as SentPackets has it, `arrived` on the receiver's clock. The delay of
  // the burst that ends with this packet's coming, where there are two to compare.
  std::optional<GroupDelay> add(std::uint32_t sent_us, base::Duration arrived);

 private:
  struct Group {
    std::uint32_t first_sent_us = 0;
    std::uint32_t last_sent_us = 0;
    base::Duration first_arrived{};
    base::Duration last_arrived{};
  };
  bool belongs(std::uint32_t sent_us, base::Duration arrived) const;

  std::optional<Group> before_;
  std::optional<Group> current_;
};

}  // namespace kaskado::rtp
