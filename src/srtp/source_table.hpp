// The replay windows of a receiver by SSRC. Only authenticated packets are recorded here, so nobody but the
// peer can fill it; looking up an unknown SSRC changes nothing.
//
// When all places are taken, the source that was idle longest gives its place up and is remembered by its
// highest index alone: when it comes back it goes on with its rollover counter, and what it sent before stays
// refused. When the remembered ones are at their bound too, new sources are refused.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace kaskado::srtp {

template <typename Window>
class SourceTable {
 public:
  static constexpr std::size_t kRetiredPerPlace = 16;

  explicit SourceTable(std::size_t max_sources) : max_sources_(max_sources) {}

  // The window of a source: its own, one that goes on where the source was retired, or a fresh one.
  const Window& look_up(std::uint32_t ssrc) {
    ssrc_ = ssrc;
    place_ = place_of(ssrc);
    if (place_ != kNowhere) return sources_[place_].window;
    const auto retired = find_retired();
    unplaced_ = retired == retired_.end() ? Window{} : Window::resumed(retired->highest);
    return unplaced_;
  }

  // Whether take() has a place for the source that was looked up last.
  bool has_room() const {
    return place_ != kNowhere || sources_.size() < max_sources_ ||
           retired_.size() < max_sources_ * kRetiredPerPlace || unplaced_.started();
  }

  // Records an index of the source that was looked up last, and gives it a place where it has none. Only
  // after has_room().
  void take(std::uint64_t index) {
    if (place_ == kNowhere) place_ = admit();
    sources_[place_].window.take(index);
    sources_[place_].last_used = ++uses_;
  }

  std::size_t size() const { return sources_.size(); }

 private:
  static constexpr std::size_t kNowhere = SIZE_MAX;

  struct Source {
    Window window;
    std::uint64_t last_used = 0;
  };
  struct Retired {
    std::uint32_t ssrc = 0;
    std::uint64_t highest = 0;
  };

  std::size_t place_of(std::uint32_t ssrc) const {
    const auto found = std::ranges::find(ssrcs_, ssrc);
    return found == ssrcs_.end() ? kNowhere : static_cast<std::size_t>(found - ssrcs_.begin());
  }

  auto find_retired() const { return std::ranges::find(retired_, ssrc_, &Retired::ssrc); }

  std::size_t admit() {
    if (const auto known = find_retired(); known != retired_.end()) retired_.erase(known);
    if (sources_.size() < max_sources_) {
      ssrcs_.push_back(ssrc_);
      sources_.push_back({unplaced_});
      return sources_.size() - 1;
    }
    const std::size_t place = retire_one();
    ssrcs_[place] = ssrc_;
    sources_[place] = {unplaced_};
    return place;
  }

  std::size_t retire_one() {
    const auto idle = std::ranges::min_element(sources_, {}, &Source::last_used);
    const auto place = static_cast<std::size_t>(idle - sources_.begin());
    retired_.push_back({ssrcs_[place], idle->window.highest()});
    return place;
  }

  std::size_t max_sources_;
  std::vector<std::uint32_t> ssrcs_;  // apart from the windows, so that a search reads few cache lines
  std::vector<Source> sources_;
  std::vector<Retired> retired_;
  std::uint64_t uses_ = 0;

  std::uint32_t ssrc_ = 0;
  std::size_t place_ = kNowhere;
  Window unplaced_;
};

}  // namespace kaskado::srtp
