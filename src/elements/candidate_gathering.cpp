#include "elements/candidate_gathering.hpp"

#include <algorithm>

#include "elements/log.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

namespace {

bool contains(const auto& list, const auto& value) {
  return std::ranges::find(list, value) != list.end();
}

}  // namespace

CandidateGathering::CandidateGathering(pipeline::WebRtcSession& session, pipeline::Shard& shard, Owner& owner)
    : session_(session), shard_(shard), owner_(owner), ticket_(shard.reflexive_addresses().enter(*this)) {}

CandidateGathering::~CandidateGathering() {
  shard_.reflexive_addresses().leave(ticket_);
}

void CandidateGathering::begin(const CandidateServers& servers, const CandidateFilter& filter) {
  over_ = false;
  asked_.clear();
  offered_.clear();
  known_.clear();
  for (const pipeline::MediaPort& port : shard_.ports()) known_.push_back(told_address(port.local, filter));
  if (servers.stun.is_set()) ask_stun(servers.stun, filter);
  if (servers.turn) ask_turn(*servers.turn, filter);
  note_relays();
}

// From each port that can get there: behind which NAT it is, if any, is not known.
void CandidateGathering::ask_stun(const base::SocketAddress& server, const CandidateFilter& filter) {
  std::vector<pipeline::MediaPort> ports = ports_for(shard_.ports(), filter);
  for (const pipeline::MediaPort& own : shard_.session_ports().of(session_.id())) ports.push_back(own);
  for (const pipeline::MediaPort& port : ports) {
    const bool reaches =
        port.local.is_v4() == server.is_v4() && port.local.is_loopback() == server.is_loopback();
    if (!reaches) continue;
    asked_.push_back(port);
    shard_.reflexive_addresses().ask(ticket_, {port.index, server});
  }
}

// A relay that stands goes on with a restart of ICE; one that has failed is asked for anew.
void CandidateGathering::ask_turn(const ice::TurnServer& server, const CandidateFilter& filter) {
  for (const auto& relay : session_.transport().relays()) {
    const ice::TurnState state = relay->client().state();
    if (state == ice::TurnState::ready || state == ice::TurnState::allocating) return;
  }
  const auto ports = ports_for(shard_.ports(), filter);
  const pipeline::MediaPort* towards = shard_.port_towards(server.address, ports);
  if (!towards || !session_.open_relay(server, *towards)) {
    LOG_WARNING(log, "no way to the TURN server %s: no port for it", server.address.text().c_str());
  }
}

void CandidateGathering::on_reflexive(const base::Path& path, const base::SocketAddress& mapped) {
  const auto asked = std::ranges::find(asked_, path.port_index, &pipeline::MediaPort::index);
  if (asked == asked_.end()) return;  // of the ICE session before
  const pipeline::MediaPort port = *asked;
  asked_.erase(asked);
  // RFC 8445 §5.1.3: with no NAT between, it is the host candidate once more.
  if (mapped.is_set() && mapped.is_v4() == port.local.is_v4() && !contains(known_, mapped)) {
    known_.push_back(mapped);
    owner_.on_candidate_found(*this, reflexive_candidate(port, mapped, told));
  }
  settle();
}

void CandidateGathering::note_relays() {
  for (const auto& relay : session_.transport().relays()) {
    const ice::TurnClient& client = relay->client();
    if (client.state() == ice::TurnState::ready && !contains(offered_, relay->index())) {
      offered_.push_back(relay->index());
      owner_.on_candidate_found(*this, relayed_candidate(relay->index(), client.relayed(), client.mapped(),
                                                         client.server().transport, told));
    }
    if (client.state() == ice::TurnState::failed && !contains(failed_, relay->index())) {
      failed_.push_back(relay->index());
      LOG_WARNING(log, "no address of the TURN server %s: %s", client.server().address.text().c_str(),
                  client.why().c_str());
    }
  }
  settle();
}

void CandidateGathering::settle() {
  const auto& relays = session_.transport().relays();
  const bool waits = std::ranges::any_of(relays, [](const auto& relay) {
    return relay->client().state() == ice::TurnState::allocating ||
           relay->client().state() == ice::TurnState::idle;
  });
  if (over_ || waits || !asked_.empty()) return;
  over_ = true;
  owner_.on_gathering_over(*this);
}

}  // namespace kaskado::elements
