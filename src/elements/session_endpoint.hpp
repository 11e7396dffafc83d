// An endpoint with a session that begins and ends.
#pragma once

#include <utility>

#include "elements/endpoint.hpp"

namespace kaskado::elements {

class SessionEndpoint : public Endpoint, public SessionEndpointApi {
 public:
  using Endpoint::Endpoint;

  void on_release() override {
    session_terminated();
    Endpoint::on_release();
  }

 protected:
  // Each is told once, until the other has come.
  void session_started() {
    if (!std::exchange(in_session_, true)) raise(MediaSessionStarted{});
  }
  void session_terminated() {
    if (std::exchange(in_session_, false)) raise(MediaSessionTerminated{});
  }

 private:
  bool in_session_ = false;
};

}  // namespace kaskado::elements
