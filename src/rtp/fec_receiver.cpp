#include "rtp/fec_receiver.hpp"

#include <algorithm>
#include <utility>

#include "rtp/fec_recovery.hpp"

namespace kaskado::rtp {

namespace {

// How far from the newest packet the numbers of a FEC packet may be, either way. Behind it histories know
// what came.
constexpr std::uint64_t kReach = 512;
static_assert(kReach + FecMask::kBits <= SequenceTracker::kWindow);

bool within_reach(std::uint64_t first, std::uint64_t last, std::uint64_t highest) {
  return last + kReach >= highest && first <= highest + kReach;
}

}  // namespace

base::DropReason FecReceiver::receive(const FecPacket& fec, base::PacketRef packet, base::Bytes payload,
                                      const ReceiveStream& stream) {
  ++counters_.received;
  expire(packet->arrived);
  const std::uint64_t base_sequence = stream.extended(fec.base_sequence);
  FecMask missing = fec.mask();
  if (!within_reach(base_sequence + missing.first(), base_sequence + missing.last(), stream.highest())) {
    ++counters_.discarded;
    return base::DropReason::bad_fec;
  }
  fec.mask().each([&](std::size_t place) {
    if (stream.has_come(base_sequence + place)) missing.clear(place);
  });
  if (missing.empty()) {
    ++counters_.discarded;
    return base::DropReason::none;
  }
  if (count_ == kMostWaiting) discard(0);
  waiting_[count_++] = {fec, std::move(packet), payload, stream.source(), base_sequence, missing};
  return base::DropReason::none;
}

void FecReceiver::media_came(const ReceiveStream& stream, std::uint64_t extended) {
  for (std::size_t i = 0; i < count_; ++i) {
    Waiting& each = waiting_[i];
    const std::uint64_t place = extended - each.base_sequence;
    if (each.source == stream.source() && place < FecMask::kBits) each.missing.clear(place);
  }
}

std::optional<MediaPacket> FecReceiver::recover(const ReceiveStream& stream, const ExtensionMap& extensions,
                                                base::PacketPool& packets, base::Instant now) {
  for (std::size_t i = 0; i < count_;) {
    Waiting& each = waiting_[i];
    if (each.source != stream.source() || each.missing.count() > 1) {
      ++i;
      continue;
    }
    const std::size_t place = each.missing.empty() ? FecMask::kBits : each.missing.first();
    base::PacketRef lost = each.missing.empty() || stream.has_come(each.base_sequence + place)
                               ? base::PacketRef()
                               : packets.acquire();
    const auto length =
        lost ? recover_packet({each.fec, each.payload, each.base_sequence}, place, stream.ssrc(),
                              stream.history(), {lost->bytes, base::kMaxDatagramBytes})
             : std::nullopt;
    std::optional<MediaPacket> media;
    if (length) {
      lost->length = static_cast<std::uint16_t>(*length);
      lost->arrived = now;
      media = read_media_packet(std::move(lost), extensions);
    }
    if (!media) {
      discard(i);
      continue;
    }
    media->delivery = Delivery::recovered;
    ++counters_.recovered;
    remove(i);
    return media;
  }
  return std::nullopt;
}

void FecReceiver::expire(base::Instant now) {
  while (count_ > 0 && waiting_[0].packet->arrived + kMostAge <= now) discard(0);
}

void FecReceiver::remove(std::size_t at) {
  std::move(waiting_.begin() + static_cast<std::ptrdiff_t>(at) + 1,
            waiting_.begin() + static_cast<std::ptrdiff_t>(count_),
            waiting_.begin() + static_cast<std::ptrdiff_t>(at));
  waiting_[--count_] = {};
}

void FecReceiver::discard(std::size_t at) {
  ++counters_.discarded;
  remove(at);
}

}  // namespace kaskado::rtp
