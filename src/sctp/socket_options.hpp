// What is asked of usrsctp's sockets. Inside the room only; each call within an Engine::Session.
#pragma once

#include <usrsctp.h>

#include <optional>
#include <span>

#include "sctp/association.hpp"

namespace kaskado::sctp {

// Before it is bound. False where usrsctp refuses something that it has to do.
bool set_options(Socket* socket, const AssociationConfig& config);
std::optional<sctp_status> status_of(Socket* socket);
// Of messages that usrsctp has taken and the peer has not acknowledged, at least their bytes; all where it does not say.
std::size_t waiting_bytes(Socket* socket);
// Whether usrsctp has taken it up.
bool reset_outgoing(Socket* socket, std::span<const StreamId> streams);

}  // namespace kaskado::sctp
