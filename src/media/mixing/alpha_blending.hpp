// Kurento's AlphaBlending: one input gives the canvas its size, the others stand on it where they are told
// to.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "media/mixing/layout.hpp"

namespace kaskado::media {

struct PortProperties {
  // Of the canvas: 0 to 1, what lies outside of that is taken for its end. The corner, and the size.
  double relative_x = 0;
  double relative_y = 0;
  double relative_width = 1;
  double relative_height = 1;
  int z_order = 1;
};

class AlphaBlending final : public Layout {
 public:
  // Of the canvas until the master has had its first picture; as Kurento.
  static constexpr int kDefaultWidth = 640;
  static constexpr int kDefaultHeight = 480;
  // Of a port that has no properties: it fills the canvas.
  static constexpr int kDefaultZOrder = 1;
  // Ports that have properties; those beyond are refused.
  static constexpr std::size_t kMaxPorts = 1024;

  // The canvas takes the size of the master's pictures from the next tick on, and the master fills it. Until
  // one is set, the input that joined first is it.
  void set_master(PortId port, int z_order);
  // May come before the port's first picture. False: too many ports have properties.
  bool set_port_properties(PortId port, const PortProperties& properties);
  // Where orders are equal, who joined later is above. Pictures are opaque and stretched to their area.
  void arrange(std::span<const InputView> inputs, Scene& scene) override;
  // The canvas keeps a master's last size.
  void leave(PortId port) override;

 private:
  struct Stacked {
    Placement placement;
    int z_order;
  };

  Stacked place(PortId port, PortId master) const;

  std::optional<PortId> master_;
  int master_z_order_ = 5;
  std::map<PortId, PortProperties> properties_;
  // The canvas's, of the last scene.
  int width_ = kDefaultWidth;
  int height_ = kDefaultHeight;
  std::vector<Stacked> stack_;  // arrange()'s
};

}  // namespace kaskado::media
