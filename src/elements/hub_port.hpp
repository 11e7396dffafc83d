// A way into and out of a hub, which says what becomes of the media.
#pragma once

#include "elements/api.hpp"
#include "elements/hub.hpp"
#include "pipeline/media_element.hpp"

namespace kaskado::elements {

class HubPort final : public pipeline::MediaElement, public HubPortApi {
 public:
  HubPort(const pipeline::Construction& construction, Hub& hub);

  pipeline::RtpFeed* source(pipeline::MediaType type) override { return hub_ ? hub_->source(*this, type) : nullptr; }
  pipeline::MediaInput* sink(pipeline::MediaType type) override { return hub_ ? hub_->sink(*this, type) : nullptr; }
  pipeline::MediaElement* passed_from(pipeline::MediaType type) override;
  std::vector<pipeline::MediaElement*> passed_to(pipeline::MediaType type) override;
  pipeline::ApiResult<void> set_name(std::string name) override;
  void on_created() override;
  void on_release() override;

 private:
  void on_flowing_in(pipeline::MediaType type, bool flowing) override;

  Hub* hub_;  // nullptr once it is released
};

}  // namespace kaskado::elements
