#include "hop_audit.hpp"

#include <optional>

namespace kaskado::sim {

namespace {

std::string ms(Duration span) {
  return std::to_string(base::to_us(span) / 1000.0) + " ms";
}

const std::vector<Transmission>& of(const std::map<std::uint64_t, std::vector<Transmission>>& all,
                                    std::uint64_t extended) {
  static const std::vector<Transmission> kNone;
  const auto found = all.find(extended);
  return found == all.end() ? kNone : found->second;
}

// What the receiver of the hop did wrong about a packet that never came, if anything.
std::optional<std::string> fault_of_receiver(const std::vector<Transmission>& requests, Instant missed_at,
                                             const HopRules& rules) {
  constexpr Duration kSlack = 1ms;
  Instant before = missed_at;
  for (const Transmission& request : requests) {
    const Duration limit = before == missed_at ? rules.reorder_delay : rules.longest_interval;
    if (request.sent - before > limit + kSlack) return "asked for " + ms(request.sent - before) + " late";
    before = request.sent;
  }
  if (requests.empty()) return "never asked for";
  const bool persevered = missed_at + rules.give_up_after - before <= rules.longest_interval;
  if (requests.size() < rules.most_requests && !persevered) {
    return "given up after " + std::to_string(requests.size()) + " requests in " + ms(before - missed_at);
  }
  return std::nullopt;
}

// How many in a row, with this one as their last, never came.
std::size_t hole_before(const HopLedger& ledger, std::uint64_t last) {
  std::size_t length = 0;
  while (last - length > 0 && ledger.arrival(last - length) == base::kNever) ++length;
  return length;
}

// What its sender did wrong.
std::optional<std::string> fault_of_sender(const std::vector<Transmission>& requests,
                                           const std::vector<Transmission>& sent,
                                           const Availability& available, const HopRules& rules) {
  for (const Transmission& request : requests) {
    if (!request.arrival || *request.arrival < available.from) continue;
    const Instant asked = *request.arrival;
    if (asked >= available.until || asked >= available.from + rules.history_age) continue;
    bool answered = false;
    for (const Transmission& transmission : sent) {
      answered |= transmission.sent <= asked && asked - transmission.sent <= rules.longest_interval;
    }
    if (!answered)
      return "not sent again when asked for " + ms(asked - available.from) + " after it was there";
  }
  return std::nullopt;
}

}  // namespace

HopAudit audit(const HopLedger& ledger, const HopRules& rules,
               const std::function<Availability(std::uint64_t)>& available) {
  HopAudit result;
  Instant first_arrival = base::kNever;
  for (const auto& [extended, sent] : ledger.packets) {
    const Instant arrival = ledger.arrival(extended);
    if (arrival == base::kNever) continue;
    result.last = extended;
    if (arrival < first_arrival) {
      first_arrival = arrival;
      result.first = extended;
    }
  }
  std::size_t hole = 0;
  Instant missed_at = base::kNever;  // when the first packet behind came
  for (std::uint64_t extended = result.last; extended > result.first; --extended) {
    const Instant arrival = ledger.arrival(extended);
    missed_at = std::min(missed_at, arrival);
    const std::vector<Transmission>& sent = of(ledger.packets, extended);
    if (arrival != base::kNever) {
      result.recovered += !sent.front().arrival;
      hole = 0;
      continue;
    }
    if (hole == 0) hole = hole_before(ledger, extended);
    result.lost.push_back(extended);
    const std::vector<Transmission>& requests = of(ledger.requests, extended);
    if (hole > rules.longest_hole) continue;
    auto fault = fault_of_receiver(requests, missed_at, rules);
    if (!fault) fault = fault_of_sender(requests, sent, available(extended), rules);
    if (fault) result.faults.push_back(std::to_string(extended) + ": " + *fault);
  }
  return result;
}

}  // namespace kaskado::sim
