// Which of its media an element takes in or lets out: one of each type as a rule, and further ones where its
// peer has several m-lines of a kind.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/api.hpp"

namespace kaskado::pipeline {

// Of one type; as many as the configuration allows m-lines of a kind.
inline constexpr std::size_t kMaxPads = 16;
// What clients call the first of a type.
inline constexpr const char* kDefaultDescription = "default";

struct Pad {
  // The first of its type, where no number is given.
  constexpr Pad(MediaType of_type, std::uint8_t number_of_it = 0) : type(of_type), number(number_of_it) {}
  constexpr bool is_default() const { return number == 0; }
  bool operator==(const Pad&) const = default;

  MediaType type;
  std::uint8_t number;  // below kMaxPads
};

// As clients name it beside its type: "default", "video1", "audio1" and so on, which are the mids of our
// offers.
std::string description_of(Pad pad);
// Nothing where no element can have such a pad.
std::optional<Pad> pad_of(MediaType type, std::string_view description);

// Something that holds for some pads of an element, and for others not.
class PadFlags {
 public:
  bool operator[](Pad pad) const { return flags_[index(pad)][pad.number]; }
  // Whether that is another than before.
  bool set(Pad pad, bool value) {
    const bool before = (*this)[pad];
    flags_[index(pad)][pad.number] = value;
    return before != value;
  }

 private:
  static constexpr std::size_t index(Pad pad) { return static_cast<std::size_t>(pad.type); }
  std::array<std::bitset<kMaxPads>, 3> flags_;
};

}  // namespace kaskado::pipeline
