// What a transport has sent lately, by the numbers of
// draft-holmer-rmcat-transport-wide-cc-extensions-01 §2: until feedback says what became of it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/time.hpp"
#include "rtp/types.hpp"

namespace kaskado::rtp {

// Which of a transport's streams a packet belongs to, and so whose index it has. Several streams share
// `repair`, and so they do `further`, for what is of other m-lines than the first of its kind: no index finds
// a packet of those.
enum class SentStream : std::uint8_t { audio, video, repair, further };

// What one status of a feedback message says of a packet, the first time that it says so.
struct Settled {
  bool received = false;
  bool was_lost = false;    // was taken for lost before, and has come after all
  bool measurable = false;  // went once: its time of sending belongs to its arrival
  std::uint16_t bytes = 0;
  SentStream stream = SentStream::audio;
  std::uint16_t index = 0;    // in that stream
  std::uint64_t number = 0;   // extended
  std::uint32_t sent_us = 0;  // microseconds, modulo 2^32
};

// Microseconds modulo 2^32; differences are taken as 32 bits with a sign.
constexpr std::uint32_t wrapped_us(base::Instant when) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(when.time_since_epoch().count()) / 1000u);
}

// Eight bytes a packet, and no more of them than a second of 10 Mb/s or three of 3 Mb/s; the oldest go first.
// add() allocates nothing. Owned with its line by one shard.
class SentPackets {
 public:
  static constexpr std::size_t kPackets = 1024;

  explicit SentPackets(std::uint16_t first) : next_(0x10000u + first) {}

  // The number for a packet that goes out now. `index` is its place in its stream's numbering.
  SequenceNumber add(SentStream stream, std::uint64_t index, std::size_t bytes, base::Instant now) {
    Entry& entry = at(next_);
    forget(entry);
    if (entry.state() != State::none) evicted_[static_cast<std::size_t>(entry.stream())].note(entry.index);
    entry = {wrapped_us(now), static_cast<std::uint16_t>(index), fresh(bytes, stream)};
    in_flight_bytes_ += entry.bytes();
    sent_bytes_ += entry.bytes();
    if (stream == SentStream::audio) audio_bytes_ += entry.bytes();
    return low_bits(next_++);
  }
  // The number that this packet had when it went first; nothing where that is too long ago. For those that
  // are sent again as the same bytes.
  std::optional<SequenceNumber> find(SentStream stream, std::uint64_t index) const {
    const auto low = static_cast<std::uint16_t>(index);
    for (std::uint64_t number = next_; number-- > oldest();) {
      const Entry& entry = at(number);
      if (entry.index == low && entry.stream() == stream) return low_bits(number);
    }
    return std::nullopt;
  }
  // Whether it may have gone although find() knows nothing of it: it is not newer than all that are
  // forgotten.
  bool may_have_sent(SentStream stream, std::uint64_t index) const {
    return evicted_[static_cast<std::size_t>(stream)].covers(static_cast<std::uint16_t>(index));
  }
  // Streams have new keys, and number their packets anew: nothing of them that went can be found any more.
  void restart_indices() {
    for (Entry& entry : *entries_) entry.set_stream(SentStream::repair);
    evicted_ = {};
  }
  // It goes once more under that number.
  void sent_again(SequenceNumber sequence, base::Instant now) {
    Entry* const entry = find(sequence);
    if (!entry) return;
    entry->set_again();
    entry->sent_us = wrapped_us(now);
    sent_bytes_ += entry->bytes();
  }
  // Nothing of a packet that was never sent, is forgotten, or of which no news comes.
  std::optional<Settled> settle(SequenceNumber sequence, bool received) {
    Entry* const entry = find(sequence);
    if (!entry || entry->state() == State::received || (entry->state() == State::lost && !received))
      return std::nullopt;
    const bool was_lost = entry->state() == State::lost;
    forget(*entry);
    entry->set_state(received ? State::received : State::lost);
    return Settled{
        received, was_lost, !entry->again() && !was_lost, entry->bytes(), entry->stream(), entry->index,
        extend(sequence, next_ - 1), entry->sent_us};
  }

  // Of audio, ever.
  std::uint64_t audio_bytes() const { return audio_bytes_; }
  // The number that the next packet gets, extended.
  std::uint64_t next() const { return next_; }
  std::uint32_t in_flight_bytes() const { return in_flight_bytes_; }
  std::uint64_t sent_bytes() const { return sent_bytes_; }  // ever, also again

 private:
  enum class State : std::uint8_t { none, in_flight, received, lost };
  struct Entry {
    std::uint32_t sent_us = 0;
    std::uint16_t index = 0;
    std::uint16_t bits = 0;  // length: 11, stream: 2, state: 2, sent again: 1
    std::uint16_t bytes() const { return bits & 0x7ff; }
    SentStream stream() const { return static_cast<SentStream>(bits >> 11 & 3); }
    State state() const { return static_cast<State>(bits >> 13 & 3); }
    bool again() const { return bits >> 15; }
    void set_state(State state) {
      bits = static_cast<std::uint16_t>((bits & ~0x6000) | static_cast<int>(state) << 13);
    }
    void set_again() { bits |= 0x8000; }
    void set_stream(SentStream stream) {
      bits = static_cast<std::uint16_t>((bits & ~0x1800) | static_cast<int>(stream) << 11);
    }
  };
  static_assert(sizeof(Entry) == 8);

  // The newest index of a stream that is forgotten.
  struct Evicted {
    std::uint16_t newest = 0;
    bool any = false;
    void note(std::uint16_t index) {
      if (any && !is_newer(SequenceNumber{index}, SequenceNumber{newest})) return;
      newest = index;
      any = true;
    }
    bool covers(std::uint16_t index) const {
      return any && !is_newer(SequenceNumber{index}, SequenceNumber{newest});
    }
  };

  static std::uint16_t fresh(std::size_t bytes, SentStream stream) {
    const std::size_t length = bytes < 0x7ff ? bytes : 0x7ff;
    return static_cast<std::uint16_t>(length | static_cast<std::size_t>(stream) << 11 |
                                      static_cast<std::size_t>(State::in_flight) << 13);
  }
  // Numbers before the first one have no state, and are found by nobody.
  std::uint64_t oldest() const { return next_ - kPackets; }
  Entry& at(std::uint64_t number) { return (*entries_)[number % kPackets]; }
  const Entry& at(std::uint64_t number) const { return (*entries_)[number % kPackets]; }
  Entry* find(SequenceNumber sequence) {
    const std::uint64_t number = extend(sequence, next_ - 1);
    if (number >= next_ || number < oldest()) return nullptr;
    Entry& entry = at(number);
    return entry.state() == State::none ? nullptr : &entry;
  }
  void forget(const Entry& entry) {
    if (entry.state() == State::in_flight) in_flight_bytes_ -= entry.bytes();
  }

  std::unique_ptr<std::array<Entry, kPackets>> entries_ = std::make_unique<std::array<Entry, kPackets>>();
  std::array<Evicted, 4> evicted_;  // by stream
  std::uint64_t next_;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t audio_bytes_ = 0;
  std::uint32_t in_flight_bytes_ = 0;
};

}  // namespace kaskado::rtp
