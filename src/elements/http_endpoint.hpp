// An endpoint that HTTP clients reach at an address of its own.
#pragma once

#include <string>
#include <utility>

#include "elements/session_endpoint.hpp"

namespace kaskado::elements {

class HttpEndpoint : public SessionEndpoint, public HttpEndpointApi {
 public:
  HttpEndpoint(const pipeline::Construction& construction, pipeline::MediaObject* parent, std::string url)
      : SessionEndpoint(construction, parent), url_(std::move(url)) {}

  pipeline::ApiResult<std::string> get_url() override { return url_; }

 protected:
  const std::string& url() const { return url_; }

 private:
  const std::string url_;
};

}  // namespace kaskado::elements
