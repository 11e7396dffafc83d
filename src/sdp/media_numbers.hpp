// Which of several m-lines of one kind an m-line is, for as long as it is accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sdp/negotiation.hpp"

namespace kaskado::sdp {

// Owned by whoever negotiates, from one negotiation to the next.
class MediaNumbers {
 public:
  // Of an m-line of ours, or of one that was accepted last; 0 of any other.
  std::uint8_t of(std::size_t m_line, MediaKind kind) const;
  // The m-lines of an offer of ours, in their order.
  void assign(const SessionDescription& our_offer);
  // Those that are accepted keep their numbers, whatever becomes of the others, and new ones take the lowest
  // that are free. Writes NegotiatedMedia::number; true where one is another than of() gave before.
  bool assign(std::vector<NegotiatedMedia>& media);

 private:
  struct Numbered {
    MediaKind kind;
    std::uint8_t number;
    bool operator==(const Numbered&) const = default;
  };
  std::optional<std::uint8_t> known(std::size_t m_line, MediaKind kind) const;

  std::vector<std::optional<Numbered>> m_lines_;
};

}  // namespace kaskado::sdp
