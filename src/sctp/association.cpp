#include "sctp/association.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "sctp/socket_options.hpp"

namespace kaskado::sctp {
namespace {

using base::DropReason;

constexpr std::size_t kCommonHeaderBytes = 12;  // RFC 9260 §3.1
constexpr std::size_t kChunkHeaderBytes = 4;    // RFC 9260 §3.2
// What may still have to be sent after the last that came: an acknowledgement that waits (RFC 9260 §6.2).
constexpr base::Duration kRest = std::chrono::milliseconds{500};

sockaddr_conn address_of(AssociationNumber number, std::uint16_t port) {
  sockaddr_conn address{};
  address.sconn_family = AF_CONN;
  address.sconn_port = htons(port);
  address.sconn_addr = reinterpret_cast<void*>(number);
  return address;
}

// False where it is cut short.
template <typename T>
bool read_into(T& value, base::Bytes bytes) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  return true;
}

sctp_sendv_spa parameters_of(const MessageOptions& options) {
  sctp_sendv_spa parameters{};
  parameters.sendv_flags = SCTP_SEND_SNDINFO_VALID;
  parameters.sendv_sndinfo.snd_sid = options.stream;
  parameters.sendv_sndinfo.snd_ppid = htonl(options.payload_protocol);
  if (!options.ordered) parameters.sendv_sndinfo.snd_flags = SCTP_UNORDERED;
  if (!options.max_retransmits && !options.max_lifetime_ms) return parameters;
  parameters.sendv_flags |= SCTP_SEND_PRINFO_VALID;
  parameters.sendv_prinfo.pr_policy = options.max_retransmits ? SCTP_PR_SCTP_RTX : SCTP_PR_SCTP_TTL;
  parameters.sendv_prinfo.pr_value = options.max_retransmits.value_or(options.max_lifetime_ms.value_or(0));
  return parameters;
}

}  // namespace

Association::Association(const AssociationConfig& config, base::Instant now)
    : number_([&] {
        Engine::Session engine(now);
        return engine.open();
      }()) {
  Engine::Session engine(now);
  if (!begin(config)) end();
  collect(engine, now);
}

bool Association::begin(const AssociationConfig& config) {
  socket_ = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
  if (!socket_ || !set_options(socket_, config)) return false;
  sockaddr_conn local = address_of(number_, config.local_port);
  if (usrsctp_bind(socket_, reinterpret_cast<sockaddr*>(&local), sizeof local) != 0) return false;
  sockaddr_conn remote = address_of(number_, config.remote_port);
  return usrsctp_connect(socket_, reinterpret_cast<sockaddr*>(&remote), sizeof remote) == 0 ||
         errno == EINPROGRESS;
}

Association::~Association() {
  Engine::Session engine;
  end();
  engine.close(number_);
}

// With the association or without it.
void Association::end() {
  if (socket_) usrsctp_close(std::exchange(socket_, nullptr));
  state_ = AssociationState::closed;
  parts_.clear();
  partial_bytes_ = 0;
  deadline_ = base::kNever;
}

DropReason Association::receive(base::Bytes packet, base::Instant now) {
  if (packet.size() < kCommonHeaderBytes + kChunkHeaderBytes || packet.size() > base::kMaxDatagramBytes)
    return DropReason::bad_sctp;
  if (!socket_) return DropReason::none;
  Engine::Session engine(now);
  usrsctp_conninput(reinterpret_cast<void*>(number_), packet.data(), packet.size(), 0);
  stir(now);
  collect(engine, now);
  return DropReason::none;
}

void Association::advance(base::Instant now) {
  if (now < deadline_) return;
  Engine::Session engine(now);
  collect(engine, now);
  deadline_ = !socket_ || (now - stirred_ > kRest && !is_busy()) ? base::kNever : now + Engine::kTick;
}

// What usrsctp wants sent, also by its timers meanwhile.
void Association::collect(Engine::Session& engine, base::Instant now) {
  PacketQueue& queue = engine.queue(number_);
  if (queue.empty()) return;
  outgoing_.take(queue);
  stir(now);
}

void Association::stir(base::Instant now) {
  stirred_ = now;
  if (socket_ && deadline_ == base::kNever) deadline_ = now + Engine::kTick;
}

bool Association::is_busy() const {
  if (state_ == AssociationState::connecting || resets_under_way_ > 0) return true;
  const auto status = status_of(socket_);
  return !status || status->sstat_state != SCTP_ESTABLISHED || status->sstat_unackdata > 0 ||
         status->sstat_penddata > 0;
}

Association::Sent Association::send(const MessageOptions& options, base::Bytes message, base::Instant now) {
  if (state_ != AssociationState::established || options.stream >= streams_ || message.empty() ||
      message.size() > kMaxMessageBytes)
    return Sent::refused;
  const bool is_short = message.size() < kShortBytes;
  Engine::Session engine(now);
  if (is_short && !has_room_for_short()) return Sent::full;
  sctp_sendv_spa parameters = parameters_of(options);
  const ssize_t sent = usrsctp_sendv(socket_, message.data(), message.size(), nullptr, 0, &parameters,
                                     sizeof parameters, SCTP_SENDV_SPA, 0);
  const bool waits = sent < 0 && (errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM);
  collect(engine, now);
  if (sent >= 0) {
    if (is_short) ++short_messages_, shortest_ = std::min(shortest_, message.size());
    return Sent::taken;
  }
  // EAGAIN also while a reset of the stream is under way.
  return waits ? Sent::full : Sent::refused;
}

// There are no more of them than the bytes that wait make of the shortest.
bool Association::has_room_for_short() {
  if (short_messages_ < kMaxShortMessages) return true;
  const std::size_t waiting = waiting_bytes(socket_);
  short_messages_ = std::min(short_messages_, waiting / shortest_);
  if (waiting == 0) shortest_ = kShortBytes;
  return short_messages_ < kMaxShortMessages;
}

bool Association::reset(std::span<const StreamId> streams, base::Instant now) {
  if (state_ != AssociationState::established || streams.empty()) return false;
  Engine::Session engine(now);
  const bool begun = reset_outgoing(socket_, streams);
  if (begun) resets_under_way_ += streams.size();
  collect(engine, now);
  return begun;
}

std::optional<AssociationEvent> Association::next_event(base::Instant now) {
  if (!socket_) return std::nullopt;
  Engine::Session engine(now);
  auto event = read(engine);
  collect(engine, now);
  if (state_ == AssociationState::closed) end();
  return event;
}

std::optional<AssociationEvent> Association::read(Engine::Session&) {
  // On the stack: longer messages are put together of several.
  std::array<std::uint8_t, 16 * 1024> room;
  while (state_ != AssociationState::closed) {
    sctp_recvv_rn info{};
    socklen_t info_bytes = sizeof info;
    unsigned kind = SCTP_RECVV_NOINFO;
    int flags = 0;
    const ssize_t length =
        usrsctp_recvv(socket_, room.data(), room.size(), nullptr, nullptr, &info, &info_bytes, &kind, &flags);
    if (length <= 0) {
      if (length == 0 || errno != EWOULDBLOCK) state_ = AssociationState::closed;
      return std::nullopt;
    }
    const base::Bytes bytes{room.data(), static_cast<std::size_t>(length)};
    const sctp_rcvinfo& of = info.recvv_rcvinfo;
    auto event = (flags & MSG_NOTIFICATION) ? note(bytes)
                                            : put(of.rcv_sid, (of.rcv_flags & SCTP_UNORDERED) != 0,
                                                  ntohl(of.rcv_ppid), bytes, (flags & MSG_EOR) != 0);
    if (event) return event;
  }
  return std::nullopt;
}

std::optional<AssociationEvent> Association::put(StreamId stream, bool unordered,
                                                 std::uint32_t payload_protocol, base::Bytes bytes,
                                                 bool whole) {
  const auto found = parts_.find({stream, unordered});
  if (found == parts_.end() && whole)
    return InboundMessage{stream, payload_protocol, {bytes.begin(), bytes.end()}};

  Part& part = found != parts_.end() ? found->second : parts_[{stream, unordered}];
  part.too_long = part.too_long || part.bytes.size() + bytes.size() > kMaxMessageBytes;
  partial_bytes_ -= part.bytes.size();
  if (part.too_long) {
    part.bytes = {};
  } else {
    part.bytes.insert(part.bytes.end(), bytes.begin(), bytes.end());
  }
  if (!whole) {
    partial_bytes_ += part.bytes.size();
    if (partial_bytes_ > kMaxPartialBytes) state_ = AssociationState::closed;
    return std::nullopt;
  }
  InboundMessage message{stream, payload_protocol, std::move(part.bytes), part.too_long};
  parts_.erase({stream, unordered});
  return message;
}

std::optional<AssociationEvent> Association::note(base::Bytes notification) {
  sctp_notification::sctp_tlv header{};
  if (!read_into(header, notification)) return std::nullopt;
  switch (header.sn_type) {
    case SCTP_ASSOC_CHANGE:
      return note_change(notification);
    case SCTP_STREAM_RESET_EVENT:
      return note_reset(notification);
    case SCTP_PARTIAL_DELIVERY_EVENT:
      note_aborted_part(notification);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<AssociationEvent> Association::note_change(base::Bytes notification) {
  sctp_assoc_change change{};
  if (!read_into(change, notification)) return std::nullopt;
  const bool restarted = change.sac_state == SCTP_RESTART;
  if (restarted || change.sac_state == SCTP_COMM_UP) {
    state_ = AssociationState::established;
    streams_ = std::min({change.sac_outbound_streams, change.sac_inbound_streams, kStreams});
    resets_under_way_ = 0;
    parts_.clear();
    partial_bytes_ = 0;
    if (restarted) return Restarted{};
    return std::nullopt;
  }
  state_ = AssociationState::closed;
  return std::nullopt;
}

std::optional<AssociationEvent> Association::note_reset(base::Bytes notification) {
  sctp_stream_reset_event event{};
  if (!read_into(event, notification)) return std::nullopt;
  StreamsReset reset;
  for (std::size_t at = sizeof(sctp_stream_reset_event); at + sizeof(StreamId) <= notification.size();
       at += sizeof(StreamId)) {
    StreamId stream = 0;
    std::memcpy(&stream, notification.data() + at, sizeof stream);
    reset.streams.push_back(stream);
  }
  reset.incoming = (event.strreset_flags & SCTP_STREAM_RESET_INCOMING_SSN) != 0;
  // Of ours also where the peer has denied it, for there is nothing else to be done then.
  if (!reset.incoming)
    resets_under_way_ -=
        reset.streams.empty() ? resets_under_way_ : std::min(resets_under_way_, reset.streams.size());
  return reset;
}

void Association::note_aborted_part(base::Bytes notification) {
  sctp_pdapi_event event{};
  if (!read_into(event, notification)) return;
  // It does not say which of the two it was; the other one would be found incomplete.
  for (const bool unordered : {false, true}) {
    const auto part = parts_.find({static_cast<StreamId>(event.pdapi_stream), unordered});
    if (part == parts_.end()) continue;
    partial_bytes_ -= part->second.bytes.size();
    parts_.erase(part);
    return;
  }
}

}  // namespace kaskado::sctp
