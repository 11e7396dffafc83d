// What brings the media of several ports together, or shares it out among them.
#pragma once

#include <vector>

#include "elements/api.hpp"
#include "pipeline/media_element.hpp"

namespace kaskado::elements {

class HubPort;

class Hub : public pipeline::MediaObject, public HubApi {
 public:
  Hub(const pipeline::Construction& construction, pipeline::MediaPipeline* pipeline);

  const std::vector<HubPort*>& ports() const { return ports_; }
  pipeline::Shard& shard() const { return shard_; }

  // An error where it takes no further port.
  virtual pipeline::ApiResult<void> check_room() const { return {}; }
  // Told by the ports, as long as they stand.
  void add(HubPort& port);
  void remove(HubPort& port);
  // What a port of it gives out and takes in, where that is more than other ports' media: as of MediaElement.
  virtual pipeline::RtpFeed* source(HubPort&, pipeline::MediaType) { return nullptr; }
  virtual pipeline::MediaInput* sink(HubPort&, pipeline::MediaType) { return nullptr; }
  // The port whose media this one gives out unchanged, or nullptr; and the reverse.
  virtual HubPort* given_by(HubPort&, pipeline::MediaType) { return nullptr; }
  virtual std::vector<HubPort*> given_to(HubPort&, pipeline::MediaType) { return {}; }
  // Media begins or ends to come in at a port.
  virtual void on_flowing_in(HubPort&, pipeline::MediaType, bool) {}
  // A client gives the port this name; an error where that cannot be.
  virtual pipeline::ApiResult<void> on_renamed(HubPort&, const std::string&) { return {}; }

  pipeline::ApiResult<std::string> get_gstreamer_dot(std::optional<pipeline::GstreamerDotDetails> details) override;
  pipeline::ApiResult<void> dump_gstreamer_dot(std::optional<pipeline::GstreamerDotDetails> details) override;

 protected:
  // An error where the port is another hub's.
  pipeline::ApiResult<void> check_own(const HubPort& port) const;
  virtual void on_added(HubPort&) {}
  // It is still among ports().
  virtual void on_removed(HubPort&) {}

 private:
  pipeline::Shard& shard_;
  std::vector<HubPort*> ports_;  // in the order in which they were made
};

}  // namespace kaskado::elements
