#include "elements/hub_port.hpp"

namespace kaskado::elements {

using pipeline::MediaElement;
using pipeline::MediaType;

HubPort::HubPort(const pipeline::Construction& construction, Hub& hub) : MediaElement(construction, &hub), hub_(&hub) {}

MediaElement* HubPort::passed_from(MediaType type) { return hub_ ? hub_->given_by(*this, type) : nullptr; }

std::vector<MediaElement*> HubPort::passed_to(MediaType type) {
  if (!hub_) return {};
  const auto ports = hub_->given_to(*this, type);
  return {ports.begin(), ports.end()};
}

pipeline::ApiResult<void> HubPort::set_name(std::string name) {
  if (hub_) {
    if (auto renamed = hub_->on_renamed(*this, name); !renamed) return renamed;
  }
  return MediaElement::set_name(std::move(name));
}

void HubPort::on_created() {
  hub_->add(*this);
  MediaElement::on_created();
}

void HubPort::on_release() {
  MediaElement::on_release();
  std::exchange(hub_, nullptr)->remove(*this);
}

void HubPort::on_flowing_in(MediaType type, bool flowing) {
  if (hub_) hub_->on_flowing_in(*this, type, flowing);
}

pipeline::ApiResult<std::unique_ptr<pipeline::MediaObject>> create_hub_port(const pipeline::Construction& construction,
                                                                            HubPortParams params) {
  if (auto room = params.hub->check_room(); !room) return std::move(room).error();
  return std::unique_ptr<pipeline::MediaObject>(std::make_unique<HubPort>(construction, *params.hub));
}

}  // namespace kaskado::elements
