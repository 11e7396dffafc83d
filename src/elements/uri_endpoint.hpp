// An endpoint whose media comes from or goes to what an address names, and which begins, pauses and ends.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "elements/endpoint.hpp"

namespace kaskado::elements {

// The address that stands for a relative name: behind the configured `default_path`, which is an absolute
// path or an address. What has a scheme, is an absolute path, or is empty stays as it is.
std::string complete_uri(std::string_view uri, std::string_view default_path);

// The path of this machine that an address names: "file:///a%20b" and "/a b" are "/a b". Nothing for other
// schemes, and for files of other hosts.
std::optional<std::string> local_path(std::string_view uri);

// An address without the name and password in it, for logs and events.
std::string without_user(const std::string& uri);

class UriEndpoint : public Endpoint, public UriEndpointApi {
 public:
  UriEndpoint(const pipeline::Construction& construction, pipeline::MediaObject* parent,
              std::string_view uri);

  // As complete_uri() has it.
  const std::string& uri() const { return uri_; }
  pipeline::ApiResult<std::string> get_uri() override { return uri_; }
  pipeline::ApiResult<UriEndpointState> get_state() override { return state_; }

 protected:
  UriEndpointState state() const { return state_; }
  // Tells of it where it is another than before.
  void set_state(UriEndpointState state);
  // Media failed: what clients get to know of it. `type` is one of GStreamer's names, as they know them.
  void raise_error(std::string description, std::string type = "STREAM_ERROR_FAILED");

 private:
  const std::string uri_;
  UriEndpointState state_ = UriEndpointState::stop;
};

}  // namespace kaskado::elements
