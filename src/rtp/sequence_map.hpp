// From a source's extended sequence numbers to a subscriber's packet indices and back. Holes of the source
// stay holes; packets that are left out on purpose leave none.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace kaskado::rtp {

// Sequence numbers that share one distance to their indices: source numbers [first, end).
struct SequenceRun {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;  // index = source + offset, modulo 2^64
  std::uint32_t note = 0;    // of the owner, for each packet of the run
};

// The runs before the current one, since the last switch. When full the oldest goes: what belongs to it can
// neither be sent late nor be sent again. Room for kMaxRuns is made, once, where more than kFirstRuns come: a
// sender of FEC has some tens of them a second, and what it has lost takes a round trip and more.
class FormerRuns {
 public:
  static constexpr std::size_t kFirstRuns = 8;
  static constexpr std::size_t kMaxRuns = 64;
  void clear() { count_ = 0; }
  // Where much is left out on purpose. Forgets what there is.
  void resize(std::size_t runs) {
    runs_.assign(runs, {});
    count_ = 0;
  }
  void add(const SequenceRun& run) {
    if (count_ == runs_.size() && runs_.size() < kMaxRuns) runs_.resize(kMaxRuns);
    runs_[count_++ % runs_.size()] = run;
  }
  const SequenceRun* find(std::uint64_t source) const {
    for (const SequenceRun& run : all())
      if (source >= run.first && source < run.end) return &run;
    return nullptr;
  }
  std::optional<std::uint64_t> index_of(std::uint64_t source) const {
    const SequenceRun* const run = find(source);
    return run ? std::optional(source + run->offset) : std::nullopt;
  }
  std::optional<std::uint64_t> source_of(std::uint64_t index) const {
    for (const SequenceRun& run : all())
      if (index - run.offset >= run.first && index - run.offset < run.end) return index - run.offset;
    return std::nullopt;
  }

 private:
  struct All {
    const SequenceRun* first;
    const SequenceRun* last;
    const SequenceRun* begin() const { return first; }
    const SequenceRun* end() const { return last; }
  };
  All all() const { return {runs_.data(), runs_.data() + (count_ < runs_.size() ? count_ : runs_.size())}; }

  std::vector<SequenceRun> runs_ = std::vector<SequenceRun>(kFirstRuns);
  std::size_t count_ = 0;
};

// The current run: 24 bytes in the hot part of a SendStream; FormerRuns stand in its cold part.
class SequenceMap {
 public:
  explicit SequenceMap(std::uint64_t first_index) : next_index_(first_index) {}

  // `source` gets the next index; nothing before it can be reached any more.
  void anchor(std::uint64_t source, FormerRuns& former) {
    first_ = source;
    offset_ = next_index_ - source;
    former.clear();
  }
  bool in_current_run(std::uint64_t source) const { return source >= first_; }
  // Within the current run.
  std::uint64_t index_of(std::uint64_t source) const { return source + offset_; }
  bool is_next_or_later(std::uint64_t index) const { return index >= next_index_; }
  void sent(std::uint64_t index) {
    if (index >= next_index_) next_index_ = index + 1;
  }
  // Closes the place of a packet that will not be sent. Not for late ones: their hole is seen already. `note` is of the
  // run that ends with it.
  void leave_out(std::uint64_t source, FormerRuns& former, std::uint32_t note = 0) {
    if (!in_current_run(source) || !is_next_or_later(index_of(source))) return;
    if (source > first_) former.add({first_, source, offset_, note});
    first_ = source + 1;
    --offset_;
  }
  // From `source` on, which is next or later, another note holds than the one given.
  void end_run_before(std::uint64_t source, FormerRuns& former, std::uint32_t note) {
    if (source > first_) former.add({first_, source, offset_, note});
    first_ = source;
  }
  // Nothing where the index was not given since the last switch.
  std::optional<std::uint64_t> source_of(std::uint64_t index, const FormerRuns& former) const {
    if (index >= next_index_) return std::nullopt;
    if (index - offset_ >= first_ && index >= first_ + offset_) return index - offset_;
    return former.source_of(index);
  }
  std::uint64_t next_index() const { return next_index_; }

 private:
  std::uint64_t first_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t next_index_;
};

}  // namespace kaskado::rtp
