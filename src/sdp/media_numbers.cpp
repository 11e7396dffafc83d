#include "sdp/media_numbers.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace kaskado::sdp {

std::optional<std::uint8_t> MediaNumbers::known(std::size_t m_line, MediaKind kind) const {
  const bool had_one = m_line < m_lines_.size() && m_lines_[m_line] && m_lines_[m_line]->kind == kind;
  return had_one ? std::optional(m_lines_[m_line]->number) : std::nullopt;
}

std::uint8_t MediaNumbers::of(std::size_t m_line, MediaKind kind) const {
  return known(m_line, kind).value_or(0);
}

void MediaNumbers::assign(const SessionDescription& our_offer) {
  std::map<MediaKind, std::uint8_t> next;
  m_lines_.clear();
  for (const MediaDescription& media : our_offer.media)
    m_lines_.push_back(Numbered{media.kind, next[media.kind]++});
}

bool MediaNumbers::assign(std::vector<NegotiatedMedia>& media) {
  bool changed = false;
  std::vector<std::optional<Numbered>> numbered(media.size());
  for (NegotiatedMedia& each : media) {
    const auto kept = each.accepted() ? known(each.index, each.kind) : std::nullopt;
    if (kept) numbered[each.index] = Numbered{each.kind, each.number = *kept};
  }
  for (NegotiatedMedia& each : media) {
    if (!each.accepted() || numbered[each.index]) continue;
    Numbered lowest{each.kind, 0};
    while (std::ranges::find(numbered, std::optional(lowest)) != numbered.end()) ++lowest.number;
    each.number = lowest.number;
    numbered[each.index] = lowest;
    changed |= each.number != 0;
  }
  m_lines_ = std::move(numbered);
  return changed;
}

}  // namespace kaskado::sdp
