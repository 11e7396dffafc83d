// Which m-lines share a transport (RFC 9143). Inside the room only.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "sdp/session_description.hpp"

namespace kaskado::sdp {

// The BUNDLE groups as m-line indices. Mids that no m-line has are left out; an m-line that two groups name
// belongs to the first; refused m-lines belong to none.
class BundleMap {
 public:
  explicit BundleMap(const SessionDescription&);

  std::size_t size() const { return members_.size(); }
  std::optional<std::size_t> bundle_of(std::size_t media) const { return bundle_of_[media]; }
  // In the group's order: the first is the tagged one, whose transport attributes count (RFC 9143 §2).
  std::span<const std::size_t> members(std::size_t bundle) const { return members_[bundle]; }
  // The m-lines whose attributes may describe the transport of `media`: its bundle's, or itself.
  std::vector<std::size_t> sharing(std::size_t media) const;

 private:
  std::vector<std::optional<std::size_t>> bundle_of_;
  std::vector<std::vector<std::size_t>> members_;
};

}  // namespace kaskado::sdp
