// One SCTP association over DTLS (RFC 9260, RFC 8261) with what data channels need of it: stream reset (RFC
// 6525), partial reliability (RFC 3758, RFC 7496) and, where the peer has it too, interleaving (RFC 8260).
//
// Both ends begin to connect by themselves. Owned and used by one loop; those of different loops share
// usrsctp and its lock (engine.hpp). While it has nothing in flight it has no deadline and costs no time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/drop_reason.hpp"
#include "base/packet.hpp"
#include "base/time.hpp"
#include "sctp/engine.hpp"
#include "sctp/packet_queue.hpp"

struct socket;  // usrsctp's

namespace kaskado::sctp {

using Socket = struct ::socket;
using StreamId = std::uint16_t;

struct AssociationConfig {
  std::uint16_t local_port = 5000;
  std::uint16_t remote_port = 5000;
  std::size_t max_packet_bytes = 1160;  // what one DTLS record may carry
  bool interleaving = true;
};

enum class AssociationState : std::uint8_t { connecting, established, closed };

struct MessageOptions {
  StreamId stream = 0;
  std::uint32_t payload_protocol = 0;  // RFC 8831 §8
  bool ordered = true;
  std::optional<std::uint32_t> max_retransmits;
  std::optional<std::uint32_t> max_lifetime_ms;
};

struct InboundMessage {
  StreamId stream = 0;
  std::uint32_t payload_protocol = 0;
  // Empty where it was longer than kMaxMessageBytes.
  std::vector<std::uint8_t> bytes;
  bool too_long = false;
};

// The peer has reset its side of these streams, or ours is reset. Of none: of all.
struct StreamsReset {
  bool incoming = false;
  std::vector<StreamId> streams;
};

// The peer began anew: nothing is left of what was before.
struct Restarted {};

using AssociationEvent = std::variant<InboundMessage, StreamsReset, Restarted>;

class Association {
 public:
  // Streams each way.
  static constexpr std::uint16_t kStreams = 512;
  static constexpr std::size_t kMaxMessageBytes = 256 * 1024;
  // Of messages that have come in part, all streams together. A peer that wants more loses the association.
  static constexpr std::size_t kMaxPartialBytes = 8 * 1024 * 1024;
  // usrsctp bounds what waits by its bytes, but a message takes hundreds beside them: so many short ones are under way at the
  // most.
  static constexpr std::size_t kShortBytes = 64;
  static constexpr std::size_t kMaxShortMessages = 16 * 1024;

  Association(const AssociationConfig& config, base::Instant now);
  // Says nothing to the peer; what belongs to it after is not answered.
  ~Association();
  Association(const Association&) = delete;

  // One SCTP packet. Drops what is no packet as bad_sctp; usrsctp passes over the rest that it does not like.
  base::DropReason receive(base::Bytes packet, base::Instant now);
  void advance(base::Instant now);
  base::Instant deadline() const { return deadline_; }
  // The oldest packet to be sent, or an empty span. Valid until the next call of anything.
  base::Bytes next_packet() { return outgoing_.next(); }

  AssociationState state() const { return state_; }
  // Those that both ends allow; 0 until established.
  std::uint16_t streams() const { return streams_; }

  enum class Sent : std::uint8_t { taken, full, refused };
  // A whole message of at most kMaxMessageBytes, and not empty. `full`: again when packets of the peer have
  // come in.
  Sent send(const MessageOptions& options, base::Bytes message, base::Instant now);
  // Resets our side of these streams, once all that was sent there is through. False where that has to be
  // tried again, or cannot be.
  bool reset(std::span<const StreamId> streams, base::Instant now);

  // What has come of the peer, in its order. While it is not fetched the peer's window closes: a megabyte
  // waits here at the most.
  std::optional<AssociationEvent> next_event(base::Instant now);

 private:
  // A message of which a part has come: by stream, ordered and unordered.
  using PartKey = std::pair<StreamId, bool>;
  struct Part {
    std::vector<std::uint8_t> bytes;
    bool too_long = false;
  };

  bool open_socket(const AssociationConfig& config);
  bool begin(const AssociationConfig& config);
  std::optional<AssociationEvent> read(Engine::Session& engine);
  std::optional<AssociationEvent> note(base::Bytes notification);
  std::optional<AssociationEvent> note_change(base::Bytes notification);
  std::optional<AssociationEvent> note_reset(base::Bytes notification);
  void note_aborted_part(base::Bytes notification);
  std::optional<AssociationEvent> put(StreamId stream, bool unordered, std::uint32_t payload_protocol,
                                      base::Bytes bytes, bool whole);
  bool has_room_for_short();
  void collect(Engine::Session& engine, base::Instant now);
  void stir(base::Instant now);
  bool is_busy() const;
  void end();

  const AssociationNumber number_;
  Socket* socket_ = nullptr;  // nullptr once it is closed
  AssociationState state_ = AssociationState::connecting;
  std::uint16_t streams_ = 0;
  std::size_t resets_under_way_ = 0;
  std::size_t short_messages_ = 0;  // that may be under way
  std::size_t shortest_ = kShortBytes;  // of them, in bytes
  base::Instant stirred_;  // when something came or was sent last
  base::Instant deadline_ = base::kNever;
  PacketQueue outgoing_;
  std::map<PartKey, Part> parts_;
  std::size_t partial_bytes_ = 0;
};

}  // namespace kaskado::sctp
