// An endpoint with a session that begins and ends.
#pragma once

#include "elements/endpoint.hpp"

namespace kaskado::elements {

class SessionEndpoint : public Endpoint, public SessionEndpointApi {
 public:
  using Endpoint::Endpoint;

 protected:
  void session_started() { raise(MediaSessionStarted{}); }
};

}  // namespace kaskado::elements
