// The header extension by which AV1 says which layer a packet is of (RTP Payload Format For AV1, appendix A).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "rtp/video_layer.hpp"

namespace kaskado::rtp {

// What a key frame says of the frames that follow: for each template its layer, and what its frames are to each decode
// target (appendix A.8.3).
class DependencyStructure {
 public:
  static constexpr std::size_t kMostTemplates = 64;
  static constexpr std::size_t kMostTargets = 32;

  // Where the layer of a frame stands, of the number that its descriptor gives; nothing where there is no such template.
  struct Template {
    std::uint8_t spatial = 0;
    std::uint8_t temporal = 0;
    std::uint64_t indications = 0;  // two bits a target, the first one lowest
  };
  std::optional<Template> find(std::uint8_t template_id) const;
  // Whether frames of the template let a receiver go on with all targets of its spatial layer and more temporal ones.
  bool opens_above(const Template& of) const;
  // Whether a receiver of the temporal layers below may begin to take the template's own.
  bool is_sync(const Template& of) const;

 private:
  friend class DependencyReader;
  struct Target {
    std::uint8_t spatial = 0;
    std::uint8_t temporal = 0;
  };
  std::uint8_t id_offset_ = 0;
  std::uint8_t templates_count_ = 0;
  std::uint8_t targets_count_ = 0;
  std::array<Template, kMostTemplates> templates_;
  std::array<Target, kMostTargets> targets_;
};

// Of one packet.
struct DependencyDescriptor {
  bool starts_frame = false;
  bool ends_frame = false;
  std::uint8_t template_id = 0;
  std::uint16_t frame_number = 0;
  bool has_structure = false;
  bool custom_indications = false;  // the template's do not hold for this frame
};

// Nothing where the extension is cut short or contradicts itself. A structure that it brings is written into `structure`,
// which is of no use where nothing is returned.
std::optional<DependencyDescriptor> read_dependency_descriptor(base::Bytes extension, DependencyStructure& structure);

// The layer that the descriptor and the structure of its stream tell; not described where they do not fit.
VideoLayer layer_of(const DependencyDescriptor& descriptor, const DependencyStructure& structure);

}  // namespace kaskado::rtp
