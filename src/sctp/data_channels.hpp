// The data channels of one peer (RFC 8831): opened by DCEP or agreed on by other means, closed by resetting
// their streams, with messages of text and bytes.
//
// Owned by one loop. What the peer has done is fetched by next_event(); while nobody fetches, the peer can
// send no more than the window of the association.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/drop_reason.hpp"
#include "base/result.hpp"
#include "sctp/association.hpp"
#include "sctp/channel.hpp"

namespace kaskado::sctp {

using MessageBytes = std::vector<std::uint8_t>;

struct DataChannelsConfig {
  AssociationConfig association;
  // RFC 8832 §6: the DTLS client opens even streams, the server odd ones.
  bool dtls_client = true;
  // What the peer takes at the most (RFC 8841 §6); 0 is any size.
  std::uint64_t remote_max_message_bytes = 65536;
};

struct ChannelOpened {
  ChannelId id;
};
struct ChannelClosed {
  ChannelId id;
};
struct ChannelMessage {
  ChannelId id;
  bool is_binary;
  MessageBytes bytes;
};
using ChannelEvent = std::variant<ChannelOpened, ChannelClosed, ChannelMessage>;

struct ChannelStats {
  std::uint64_t messages_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t bytes_received = 0;
};

class DataChannels {
 public:
  static constexpr std::size_t kMaxMessageBytes = Association::kMaxMessageBytes;
  // Waiting to be sent, of all channels together; beside them the association has a megabyte.
  static constexpr std::size_t kMaxBufferedBytes = 4 * 1024 * 1024;
  static constexpr std::size_t kMaxWaiting = 16 * 1024;  // messages, for there are empty ones
  // For as long nothing of what waits has found room: then it is let go, for whoever waits for room here, as
  // a source that has other receivers too, must not wait for ever.
  static constexpr base::Duration kMaxStall = std::chrono::seconds{10};
  static constexpr std::size_t kMaxLabelBytes = 65535;

  // The association begins at once.
  DataChannels(const DataChannelsConfig& config, base::Instant now);

  base::DropReason receive(base::Bytes packet, base::Instant now) {
    return association_.receive(packet, now);
  }
  void advance(base::Instant now) { association_.advance(now); }
  // What came in may have made room. To be called behind receive() and advance(), before packets are fetched.
  void flush(base::Instant now);
  base::Instant deadline() const { return association_.deadline(); }
  base::Bytes next_packet() { return association_.next_packet(); }
  bool is_established() const { return association_.state() == AssociationState::established; }

  // A channel of ours; ChannelOpened follows when the peer has confirmed it. Before there is an association
  // it waits. An error where the parameters cannot be, or no stream is left.
  base::Result<ChannelId> open(ChannelParameters parameters, base::Instant now);
  // A channel that both ends know of by other means (RFC 8831 §6.5): open as soon as there is an association.
  // An error where the stream is taken.
  base::Result<void> open_agreed(ChannelId id, ChannelParameters parameters, base::Instant now);
  // Nothing where there is no such channel. What was given to send() before goes out before.
  void close(ChannelId id, base::Instant now);

  enum class SendResult : std::uint8_t { sent, waits, no_channel, too_long, full };
  // Takes the message for as long as it waits; lets go of it when usrsctp has it.
  SendResult send(ChannelId id, bool is_binary, std::shared_ptr<const MessageBytes> bytes, base::Instant now);
  // Of messages that wait here.
  std::size_t buffered_bytes(ChannelId id) const;
  std::size_t buffered_bytes() const { return buffered_bytes_; }

  std::optional<ChannelEvent> next_event(base::Instant now);

  struct Channel {
    ChannelParameters parameters;
    ChannelState state = ChannelState::connecting;
    ChannelStats stats;
  };
  const Channel* find(ChannelId id) const;
  std::vector<ChannelId> ids() const;
  std::uint64_t opened() const { return opened_; }
  std::uint64_t closed() const { return closed_; }
  // Messages that were let go after kMaxStall.
  std::uint64_t given_up() const { return given_up_; }
  // What came in and was of no use.
  const base::DropCounters& drops() const { return drops_; }

 private:
  struct Waiting {
    std::uint32_t payload_protocol;
    std::shared_ptr<const MessageBytes> bytes;  // null: an empty message
    base::Instant since;
  };
  struct Entry : Channel {
    std::deque<Waiting> waiting;
    std::size_t waiting_bytes = 0;
    bool told_open = false;
    bool is_ours = false;
    bool is_agreed = false;
    bool acknowledged = false;  // until then all is sent in order (RFC 8832 §6)
    bool reset_wanted = false;  // our side, once nothing waits
    bool reset_begun = false;
    bool reset_outgoing = false;  // both of them: the stream is free
    bool reset_incoming = false;
    bool is_closed() const { return reset_outgoing && reset_incoming; }
  };
  using Entries = std::map<ChannelId, Entry>;

  std::optional<ChannelId> free_id() const;
  Association::Sent pass_on(ChannelId id, Entry& entry, const Waiting& message, base::Instant now);
  void enqueue(Entry& entry, Waiting message);
  bool flush(ChannelId id, Entry& entry, base::Instant now);
  void try_reset(ChannelId id, Entry& entry, base::Instant now);
  void take(InboundMessage& message, base::Instant now);
  void take_control(const InboundMessage& message, base::Instant now);
  void take_open(ChannelId id, ChannelParameters parameters, base::Instant now);
  void take_data(InboundMessage& message);
  void take(const StreamsReset& reset, base::Instant now);
  void take_reset(ChannelId id, bool incoming, base::Instant now);
  Entry& open_silently(ChannelId id);
  void tell_open(ChannelId id, Entry& entry);
  void begin_association(base::Instant now);
  void begin_closing(Entry& entry);
  void drop_waiting(Entry& entry);
  void give_up_stalled(base::Instant now);
  void forget_if_closed(ChannelId id);
  void forget(Entries::iterator entry);
  void forget_all();

  const DataChannelsConfig config_;
  Association association_;
  Entries entries_;
  ChannelId next_to_flush_ = 0;
  std::size_t buffered_bytes_ = 0;
  std::size_t unsettled_ = 0;  // messages that wait, and streams that are to be reset
  std::deque<ChannelEvent> events_;
  std::uint64_t opened_ = 0;
  std::uint64_t closed_ = 0;
  base::Instant progressed_{};  // when something found room last, or began to wait
  std::uint64_t given_up_ = 0;
  base::DropCounters drops_;
};

}  // namespace kaskado::sctp
