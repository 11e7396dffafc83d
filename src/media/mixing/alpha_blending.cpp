#include "media/mixing/alpha_blending.hpp"

#include <cmath>

namespace kaskado::media {
namespace {

// A share of a length in whole, even pixels; what is no number is none of it.
int even_part(double share, int length) {
  const double within = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  const int pixels = static_cast<int>(within * length);
  return pixels == length ? length : pixels & ~1;
}

}  // namespace

void AlphaBlending::set_master(PortId port, int z_order) {
  master_ = port;
  master_z_order_ = z_order;
}

bool AlphaBlending::set_port_properties(PortId port, const PortProperties& properties) {
  if (properties_.size() >= kMaxPorts && !properties_.contains(port)) return false;
  properties_[port] = properties;
  return true;
}

void AlphaBlending::leave(PortId port) {
  properties_.erase(port);
}

AlphaBlending::Stacked AlphaBlending::place(PortId port, PortId master) const {
  const Rect canvas{0, 0, width_, height_};
  if (port == master) return {{port, canvas, Fit::stretch}, master_z_order_};
  const auto found = properties_.find(port);
  if (found == properties_.end()) return {{port, canvas, Fit::stretch}, kDefaultZOrder};
  const PortProperties& asked = found->second;
  const Rect area{even_part(asked.relative_x, width_) & ~1, even_part(asked.relative_y, height_) & ~1,
                  even_part(asked.relative_width, width_), even_part(asked.relative_height, height_)};
  return {{port, area, Fit::stretch}, asked.z_order};
}

void AlphaBlending::arrange(std::span<const InputView> inputs, Scene& scene) {
  const PortId master = master_.value_or(inputs.empty() ? PortId{} : inputs.front().port);
  for (const InputView& input : inputs) {
    if (input.port != master) continue;
    width_ = input.width;
    height_ = input.height;
  }
  stack_.clear();
  for (const InputView& input : inputs) stack_.push_back(place(input.port, master));
  std::ranges::stable_sort(stack_, {}, &Stacked::z_order);
  scene.width = width_;
  scene.height = height_;
  scene.placements.clear();
  for (const Stacked& stacked : stack_) scene.placements.push_back(stacked.placement);
}

}  // namespace kaskado::media
