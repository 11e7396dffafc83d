#include "sctp/data_channels.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sctp/dcep.hpp"

namespace kaskado::sctp {
namespace {

// RFC 8831 §8.
constexpr std::uint32_t kDcep = 50;
constexpr std::uint32_t kString = 51;
constexpr std::uint32_t kBinaryPartial = 52;  // deprecated, as the other one
constexpr std::uint32_t kBinary = 53;
constexpr std::uint32_t kStringPartial = 54;
constexpr std::uint32_t kStringEmpty = 56;
constexpr std::uint32_t kBinaryEmpty = 57;

// RFC 8831 §6.6: SCTP has no empty messages, so that one octet stands for nothing.
constexpr std::array<std::uint8_t, 1> kNothing{};

std::uint32_t payload_protocol_of(bool is_binary, bool is_empty) {
  if (is_empty) return is_binary ? kBinaryEmpty : kStringEmpty;
  return is_binary ? kBinary : kString;
}

bool is_text(std::uint32_t payload_protocol) {
  return payload_protocol == kString || payload_protocol == kStringPartial ||
         payload_protocol == kStringEmpty;
}

bool is_user_data(std::uint32_t payload_protocol) {
  return is_text(payload_protocol) || payload_protocol == kBinary || payload_protocol == kBinaryPartial ||
         payload_protocol == kBinaryEmpty;
}

}  // namespace

DataChannels::DataChannels(const DataChannelsConfig& config, base::Instant now)
    : config_(config), association_(config.association, now) {}

const DataChannels::Channel* DataChannels::find(ChannelId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<ChannelId> DataChannels::ids() const {
  std::vector<ChannelId> ids;
  for (const auto& [id, entry] : entries_) ids.push_back(id);
  return ids;
}

std::optional<ChannelId> DataChannels::free_id() const {
  const std::uint16_t streams = is_established() ? association_.streams() : Association::kStreams;
  for (unsigned id = config_.dtls_client ? 0 : 1; id < streams; id += 2) {
    if (!entries_.contains(static_cast<ChannelId>(id))) return static_cast<ChannelId>(id);
  }
  return std::nullopt;
}

base::Result<ChannelId> DataChannels::open(ChannelParameters parameters, base::Instant now) {
  if (parameters.max_retransmits && parameters.max_lifetime_ms)
    return base::Error{"maxRetransmits and maxPacketLifeTime cannot be set both"};
  if (parameters.label.size() > kMaxLabelBytes || parameters.protocol.size() > kMaxLabelBytes)
    return base::Error{"label and protocol of a data channel have 65535 bytes at the most"};
  if (association_.state() == AssociationState::closed) return base::Error{"the SCTP association has ended"};
  const auto id = free_id();
  if (!id) return base::Error{"no stream is left for another data channel"};
  Entry& entry = entries_[*id];
  entry.is_ours = true;
  enqueue(entry, {kDcep, std::make_shared<MessageBytes>(write_open(parameters)), now});
  entry.parameters = std::move(parameters);
  flush(now);
  return *id;
}

base::Result<void> DataChannels::open_agreed(ChannelId id, ChannelParameters parameters, base::Instant now) {
  const std::uint16_t streams = is_established() ? association_.streams() : Association::kStreams;
  if (id >= streams || entries_.contains(id))
    return base::Error{"the stream is another channel's, or there is none"};
  if (association_.state() == AssociationState::closed) return base::Error{"the SCTP association has ended"};
  Entry& entry = entries_[id];
  entry.parameters = std::move(parameters);
  entry.is_agreed = true;
  entry.acknowledged = true;
  if (is_established()) begin_association(now);
  return {};
}

// What has waited for it.
void DataChannels::begin_association(base::Instant now) {
  for (auto& [id, entry] : entries_) {
    if (entry.is_agreed) tell_open(id, entry);
  }
  flush(now);
}

void DataChannels::close(ChannelId id, base::Instant now) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.reset_wanted) return;
  Entry& entry = found->second;
  // A channel that the peer has never heard of.
  if (!is_established()) return forget(found);
  begin_closing(entry);
  flush(id, entry, now);
  forget_if_closed(id);
}

void DataChannels::begin_closing(Entry& entry) {
  entry.state = ChannelState::closing;
  entry.reset_wanted = true;
  ++unsettled_;
}

DataChannels::SendResult DataChannels::send(ChannelId id, bool is_binary,
                                            std::shared_ptr<const MessageBytes> bytes, base::Instant now) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.state == ChannelState::closing) return SendResult::no_channel;
  const std::size_t length = bytes ? bytes->size() : 0;
  const std::uint64_t most = config_.remote_max_message_bytes;
  if (length > kMaxMessageBytes || (most != 0 && length > most)) return SendResult::too_long;
  if (buffered_bytes_ + length > kMaxBufferedBytes || unsettled_ >= kMaxWaiting) return SendResult::full;
  Entry& entry = found->second;
  if (length == 0) bytes = nullptr;
  ++entry.stats.messages_sent;
  entry.stats.bytes_sent += length;
  enqueue(entry, {payload_protocol_of(is_binary, length == 0), std::move(bytes), now});
  flush(id, entry, now);
  return entry.waiting.empty() ? SendResult::sent : SendResult::waits;
}

std::size_t DataChannels::buffered_bytes(ChannelId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? 0 : found->second.waiting_bytes;
}

void DataChannels::enqueue(Entry& entry, Waiting message) {
  const std::size_t length = message.bytes ? message.bytes->size() : 0;
  if (unsettled_ == 0) progressed_ = message.since;
  entry.waiting_bytes += length;
  buffered_bytes_ += length;
  ++unsettled_;
  entry.waiting.push_back(std::move(message));
}

Association::Sent DataChannels::pass_on(ChannelId id, Entry& entry, const Waiting& message,
                                        base::Instant now) {
  const bool is_dcep = message.payload_protocol == kDcep;
  const ChannelParameters& parameters = entry.parameters;
  MessageOptions options{.stream = id, .payload_protocol = message.payload_protocol};
  // RFC 8832 §6: the opening comes before all, and reliably.
  if (!is_dcep) {
    options.ordered = parameters.ordered || !entry.acknowledged;
    options.max_retransmits = parameters.max_retransmits;
    if (parameters.max_lifetime_ms) {
      const auto waited_ms = static_cast<std::uint64_t>(base::to_ms(now - message.since));
      if (waited_ms >= *parameters.max_lifetime_ms && waited_ms > 0) return Association::Sent::taken;
      options.max_lifetime_ms = static_cast<std::uint32_t>(*parameters.max_lifetime_ms - waited_ms);
    }
  }
  return association_.send(options, message.bytes ? base::Bytes(*message.bytes) : base::Bytes(kNothing), now);
}

// False where the association has no room for more.
bool DataChannels::flush(ChannelId id, Entry& entry, base::Instant now) {
  if (!is_established()) return false;
  while (!entry.waiting.empty()) {
    const Waiting& next = entry.waiting.front();
    if (pass_on(id, entry, next, now) == Association::Sent::full) return false;
    const std::size_t length = next.bytes ? next.bytes->size() : 0;
    entry.waiting_bytes -= length;
    buffered_bytes_ -= length;
    --unsettled_;
    progressed_ = now;
    entry.waiting.pop_front();
  }
  try_reset(id, entry, now);
  return true;
}

// In turn, beginning behind the one that found no room last.
void DataChannels::flush(base::Instant now) {
  if (!is_established() || unsettled_ == 0) return;
  auto at = entries_.lower_bound(next_to_flush_);
  for (std::size_t left = entries_.size(); left > 0; --left, ++at) {
    if (at == entries_.end()) at = entries_.begin();
    if (flush(at->first, at->second, now)) continue;
    next_to_flush_ = at->first;
    return give_up_stalled(now);
  }
  for (auto next = entries_.begin(); next != entries_.end();) {
    const auto entry = next++;
    if (entry->second.is_closed()) forget(entry);
  }
}

void DataChannels::give_up_stalled(base::Instant now) {
  if (now - progressed_ < kMaxStall) return;
  for (auto& [id, entry] : entries_) {
    std::erase_if(entry.waiting, [&, &of = entry](const Waiting& message) {
      if (message.payload_protocol == kDcep) return false;
      const std::size_t length = message.bytes ? message.bytes->size() : 0;
      of.waiting_bytes -= length;
      buffered_bytes_ -= length;
      --unsettled_;
      ++given_up_;
      return true;
    });
  }
  progressed_ = now;
}

void DataChannels::try_reset(ChannelId id, Entry& entry, base::Instant now) {
  if (!entry.reset_wanted || entry.reset_begun || !entry.waiting.empty()) return;
  entry.reset_begun = true;
  --unsettled_;
  // A peer that cannot reset streams keeps its own as it is.
  if (!association_.reset(std::array{id}, now)) entry.reset_outgoing = entry.reset_incoming = true;
}

std::optional<ChannelEvent> DataChannels::next_event(base::Instant now) {
  while (events_.empty()) {
    const bool was_established = is_established();
    auto event = association_.next_event(now);
    if (!was_established && is_established()) begin_association(now);
    if (association_.state() == AssociationState::closed) forget_all();
    if (!event) break;
    if (auto* const message = std::get_if<InboundMessage>(&*event)) {
      take(*message, now);
    } else if (const auto* const reset = std::get_if<StreamsReset>(&*event)) {
      take(*reset, now);
    } else {
      forget_all();
    }
  }
  if (events_.empty()) return std::nullopt;
  ChannelEvent first = std::move(events_.front());
  events_.pop_front();
  return first;
}

void DataChannels::take(InboundMessage& message, base::Instant now) {
  if (message.too_long) {
    drops_.count(base::DropReason::datagram_too_long);
  } else if (message.payload_protocol == kDcep) {
    take_control(message, now);
  } else if (is_user_data(message.payload_protocol)) {
    take_data(message);
  } else {
    drops_.count(base::DropReason::unknown_protocol);
  }
}

void DataChannels::take_control(const InboundMessage& message, base::Instant now) {
  auto parsed = parse_dcep(message.bytes);
  if (!parsed) return drops_.count(base::DropReason::bad_dcep);
  if (auto* const parameters = std::get_if<ChannelParameters>(&*parsed))
    return take_open(message.stream, std::move(*parameters), now);
  const auto found = entries_.find(message.stream);
  if (found == entries_.end() || !found->second.is_ours) return drops_.count(base::DropReason::bad_dcep);
  found->second.acknowledged = true;
  tell_open(found->first, found->second);
}

void DataChannels::take_open(ChannelId id, ChannelParameters parameters, base::Instant now) {
  if (id >= association_.streams()) return drops_.count(base::DropReason::bad_dcep);
  // The peer that opens what is open already has been confused, or wants us to be.
  if (entries_.contains(id)) return drops_.count(base::DropReason::bad_dcep);
  Entry& entry = entries_[id];
  entry.parameters = std::move(parameters);
  entry.acknowledged = true;
  enqueue(entry, {kDcep, std::make_shared<MessageBytes>(write_ack()), now});
  flush(id, entry, now);
  tell_open(id, entry);
}

// RFC 8831 §6.5: the channel was agreed on by other means, and this is how we hear of it.
DataChannels::Entry& DataChannels::open_silently(ChannelId id) {
  Entry& entry = entries_[id];
  entry.acknowledged = true;
  tell_open(id, entry);
  return entry;
}

void DataChannels::take_data(InboundMessage& message) {
  if (message.stream >= association_.streams()) return drops_.count(base::DropReason::unexpected_data);
  const auto found = entries_.find(message.stream);
  Entry& entry = found != entries_.end() ? found->second : open_silently(message.stream);
  if (entry.state == ChannelState::closing) return drops_.count(base::DropReason::unexpected_data);
  if (entry.state == ChannelState::connecting) {
    // Who sends has opened it, though its word of that is still on the way.
    entry.acknowledged = true;
    tell_open(message.stream, entry);
  }
  if (message.payload_protocol == kStringEmpty || message.payload_protocol == kBinaryEmpty)
    message.bytes.clear();
  ++entry.stats.messages_received;
  entry.stats.bytes_received += message.bytes.size();
  events_.push_back(
      ChannelMessage{message.stream, !is_text(message.payload_protocol), std::move(message.bytes)});
}

void DataChannels::tell_open(ChannelId id, Entry& entry) {
  if (entry.state != ChannelState::connecting) return;
  entry.state = ChannelState::open;
  entry.told_open = true;
  ++opened_;
  events_.push_back(ChannelOpened{id});
}

void DataChannels::take(const StreamsReset& reset, base::Instant now) {
  for (const ChannelId id : reset.streams.empty() ? ids() : reset.streams)
    take_reset(id, reset.incoming, now);
  // usrsctp works on one request at a time.
  flush(now);
}

// RFC 8831 §6.7: who sees the other side's stream reset resets its own.
void DataChannels::take_reset(ChannelId id, bool incoming, base::Instant now) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  (incoming ? entry.reset_incoming : entry.reset_outgoing) = true;
  if (incoming && !entry.reset_wanted) {
    begin_closing(entry);
    drop_waiting(entry);
    try_reset(id, entry, now);
  }
  forget_if_closed(id);
}

void DataChannels::drop_waiting(Entry& entry) {
  buffered_bytes_ -= entry.waiting_bytes;
  entry.waiting_bytes = 0;
  unsettled_ -= entry.waiting.size();
  entry.waiting.clear();
}

void DataChannels::forget_if_closed(ChannelId id) {
  const auto found = entries_.find(id);
  if (found != entries_.end() && found->second.is_closed()) forget(found);
}

void DataChannels::forget(Entries::iterator entry) {
  drop_waiting(entry->second);
  if (entry->second.reset_wanted && !entry->second.reset_begun) --unsettled_;
  if (entry->second.told_open) {
    ++closed_;
    events_.push_back(ChannelClosed{entry->first});
  }
  entries_.erase(entry);
}

void DataChannels::forget_all() {
  while (!entries_.empty()) forget(entries_.begin());
}

}  // namespace kaskado::sctp
