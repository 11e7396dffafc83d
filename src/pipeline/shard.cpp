#include "pipeline/shard.hpp"

#include <algorithm>

#include "pipeline/relayed_source.hpp"
#include "pipeline/session.hpp"
#include "transport/datagram_kind.hpp"

namespace kaskado::pipeline {

Shard::Shard(const MediaConfiguration& configuration, base::Random& random, base::ClockAnchor clock,
             ObjectRegistry::EventSink sink, Flush flush, PortFunctions ports)
    : configuration_(configuration),
      random_(random),
      clock_(clock),
      now_(clock.instant),
      packets_(kMaxPackets),
      flush_(std::move(flush)),
      outbox_(
          kOutboxSlots, [](void* self, base::Outbox& full) { static_cast<Shard*>(self)->flush_(full); },
          this),
      session_ports_(std::move(ports)),
      reflexive_(*this),
      objects_(
          this, [this] { return clock_.at(now_); }, std::move(sink)) {}

Shard::~Shard() = default;

void Shard::add_port(MediaPort port) {
  demux_.add_shared_port(port.index, port.local);
  session_ports_.set_first_index(static_cast<std::uint16_t>(port.index + 1));
  ports_.push_back(std::move(port));
}

void Shard::on_batch(std::uint16_t port_index, std::span<loop::ReceivedDatagram> batch, base::Instant now) {
  now_ = now;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (i == 0 || !(batch[i].from == batch[i - 1].from)) demux_.expect({port_index, batch[i].from});
  }
  handshakes_left_ = handshakes_.empty() ? kHandshakesPerTurn : 0;  // in their order
  work_through(port_index, batch);
  wake_sessions();
}

void Shard::work_through(std::uint16_t port_index, std::span<loop::ReceivedDatagram> batch) {
  // Datagrams of one sender that stand together are looked up and forwarded together.
  while (!batch.empty()) {
    std::size_t run = 1;
    while (run < batch.size() && batch[run].from == batch[0].from) ++run;
    receive_run({port_index, batch[0].from}, batch.first(run));
    batch = batch.subspan(run);
  }
}

// Whether it is a datagram of DTLS for which this is not the time.
bool Shard::put_off(transport::PeerId peer, std::uint16_t port_index, loop::ReceivedDatagram& datagram) {
  if (transport::kind_of(datagram.packet->span()) != transport::DatagramKind::dtls) return false;
  if (!sessions_[peer]->speaks_dtls() || transport::is_application_data(datagram.packet->span())) return false;
  if (handshakes_left_ > 0) {
    --handshakes_left_;
    return false;
  }
  if (waiting_of_[peer] < kMaxHandshakesOfOne && handshakes_.push({peer, port_index, std::move(datagram)})) {
    ++waiting_of_[peer];
  } else {
    drops_.count(base::DropReason::dtls_backlog);
  }
  return true;
}

void Shard::receive_run(const base::Path& path, std::span<loop::ReceivedDatagram> run) {
  Session* session = nullptr;
  const auto end_run = [&] {
    if (!session) return;
    session->end_run(now_, outbox_);
    reschedule(*session);
  };
  for (loop::ReceivedDatagram& datagram : run) {
    const auto peer = demux_.find(path, datagram.packet->span());
    if (!peer) {
      if (reflexive_.receive(datagram.packet->span(), path, now_)) continue;
      drops_.count(base::DropReason::unknown_peer);
      continue;
    }
    if (put_off(*peer, path.port_index, datagram)) continue;
    if (session != sessions_[*peer]) {
      end_run();
      session = sessions_[*peer];
    }
    drops_.count(session->receive(std::move(datagram.packet), path, now_, outbox_));
  }
  end_run();
}

void Shard::take_relayed(base::Instant now) {
  now_ = now;
  for (std::size_t from = 0; from < network_->shards(); ++from) {
    if (RelayRing* const ring = network_->find_ring(from, index_)) take_relayed(*ring);
  }
  wake_sessions();
}

void Shard::take_relayed(RelayRing& ring) {
  // Before the look: what is written after it is told anew.
  if (!ring.signalled.exchange(false)) return;
  RelayedSource* source = nullptr;
  std::size_t taken = 0;
  for (RelaySlot* slot; taken < RelayRing::kSlots && (slot = ring.slots.front()); ++taken, ring.slots.pop()) {
    RelayedSource* const next = relays_.find(slot->relay);
    if (source && next != source) source->end_run(outbox_);
    source = next;
    if (source) source->take(*slot);
  }
  if (source) source->end_run(outbox_);
  // One turn each: others get theirs before the rest.
  if (taken == RelayRing::kSlots && !ring.signalled.exchange(true)) network_->wake(index_);
}

void Shard::note_overflow(base::Instant now) {
  const auto steps = now.time_since_epoch() / kOverloadStep;
  overloaded_until_ = base::Instant{(steps + 2) * kOverloadStep};
}

void Shard::advance(base::Instant now) {
  now_ = now;
  for (handshakes_left_ = kHandshakesPerTurn; handshakes_left_ > 0 && !handshakes_.empty();) {
    Handshake next = handshakes_.pop();
    --waiting_of_[next.peer];  // also where another session has the id now
    work_through(next.port_index, {&next.datagram, 1});
  }
  while (const auto id = deadlines_.take_due(now)) {
    Session& session = *sessions_[*id];
    session.advance(now, outbox_);
    // One turn a session: whatever is wrong with one, the others get theirs.
    deadlines_.set(session.id(), std::max(session.deadline(), now + kLeastWait));
  }
  timed_.advance(now);
  wake_sessions();
}

void Shard::wake_sessions() {
  for (const transport::PeerId id : woken_) {
    Session* const session = sessions_[id];
    if (!session) continue;  // gone since
    session->wake(now_);
    reschedule(*session);
  }
  woken_.clear();
}

transport::PeerId Shard::attach(Session& session) {
  if (free_ids_.empty()) {
    sessions_.push_back(&session);
    waiting_of_.push_back(0);
    woken_.reserve(2 * sessions_.capacity());  // nothing is allocated while media flows
    return static_cast<transport::PeerId>(sessions_.size() - 1);
  }
  const transport::PeerId id = free_ids_.back();
  free_ids_.pop_back();
  sessions_[id] = &session;
  return id;
}

void Shard::detach(transport::PeerId id) {
  deadlines_.set(id, base::kNever);
  demux_.forget(id);
  if (session_ports_.has(id)) {
    flush_(outbox_);  // the session's goodbyes
    session_ports_.close(id);
  }
  sessions_[id] = nullptr;
  free_ids_.push_back(id);
}

std::optional<MediaPort> Shard::open_port(transport::PeerId id, std::uint16_t shared_index) {
  const auto shared = std::ranges::find(ports_, shared_index, &MediaPort::index);
  return shared != ports_.end() ? session_ports_.open(id, *shared) : std::nullopt;
}

void Shard::add_stream_port(MediaPort port) {
  session_ports_.set_first_index(static_cast<std::uint16_t>(port.index + 1));
  stream_ports_.push_back(std::move(port));
}

void Shard::retire_port(std::uint16_t index) {
  const auto is_gone = [&](const MediaPort& port) { return port.index == index; };
  std::erase_if(ports_, is_gone);
  std::erase_if(stream_ports_, is_gone);
}

void Shard::tell_ports_changed(base::Instant now) {
  now_ = now;
  // By id: those that are told may end others.
  for (std::size_t id = 0; id < sessions_.size(); ++id) {
    if (sessions_[id]) sessions_[id]->on_ports_changed();
  }
}

std::optional<MediaPort> Shard::open_active_port(transport::PeerId id, const MediaPort& interface) {
  const auto port = session_ports_.open_stream(id, interface, transport::StreamUse::ice_tcp);
  if (port) demux_.own_port(port->index, id);
  return port;
}

void Shard::on_stream_end(const base::Path& path, base::Instant now) {
  now_ = now;
  const auto peer = demux_.owner_of(path.port_index);
  if (!peer) return;
  Session& session = *sessions_[*peer];
  session.on_stream_end(path, now);
  reschedule(session);
}

std::optional<RelayPorts> Shard::open_relay_ports(transport::PeerId id, const MediaPort& interface, TurnCarrier carrier) {
  const auto ports = session_ports_.open_relay(id, interface, carrier);
  if (ports) demux_.own_port(ports->carrier.index, id);
  return ports;
}

void Shard::set_relay(std::uint16_t index, transport::Relay* relay) {
  if (index >= relay_at_.size()) relay_at_.resize(std::size_t{index} + 1);
  relays_standing_ += (relay != nullptr) - (relay_at_[index] != nullptr);
  relay_at_[index] = relay;
}

void Shard::carry_all() {
  outbox_.amend([this](base::Egress& egress, base::MutableBytes room) {
    const std::uint16_t index = egress.path.port_index;
    transport::Relay* const relay = index < relay_at_.size() ? relay_at_[index] : nullptr;
    return !relay || relay->carry(egress, room, now_);
  });
}

const MediaPort* Shard::port_towards(const base::SocketAddress& remote, std::span<const MediaPort> ports) const {
  const base::SocketAddress source = session_ports_.source_for(remote).with_port(0);
  const MediaPort* first = nullptr;
  for (const MediaPort& port : ports) {
    if (port.local.is_v4() != remote.is_v4()) continue;
    if (port.local.with_port(0) == source) return &port;
    if (!first) first = &port;
  }
  return first;
}

void Shard::reschedule(const Session& session) {
  deadlines_.set(session.id(), session.deadline());
}

}  // namespace kaskado::pipeline
