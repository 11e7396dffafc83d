#include "rtp/dependency_descriptor.hpp"

#include <algorithm>

namespace kaskado::rtp {

namespace {

// Appendix A.8.3.2: decode target indications.
constexpr std::uint64_t kNotPresent = 0;
constexpr std::uint64_t kSwitch = 2;

std::uint64_t indication(const DependencyStructure::Template& of, std::size_t target) {
  return of.indications >> (2 * target) & 3;
}

// Bits from the highest on. Past the end all are 0, and ok() is false.
class BitReader {
 public:
  explicit BitReader(base::Bytes bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  std::uint32_t bits(unsigned count) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) value = value << 1 | bit();
    return value;
  }
  bool flag() { return bit() != 0; }

 private:
  std::uint32_t bit() {
    if (position_ >= bytes_.size() * 8) return ok_ = false, 0;
    const std::uint32_t value = bytes_[position_ / 8] >> (7 - position_ % 8) & 1u;
    ++position_;
    return value;
  }
  base::Bytes bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace

class DependencyReader {
 public:
  DependencyReader(base::Bytes extension, DependencyStructure& structure) : reader_(extension), structure_(structure) {}

  // Appendix A.8.2: the mandatory three octets, and what more there is up to the frame's own definition, which nobody here
  // asks for.
  std::optional<DependencyDescriptor> read(std::size_t bytes) {
    DependencyDescriptor descriptor;
    descriptor.starts_frame = reader_.flag();
    descriptor.ends_frame = reader_.flag();
    descriptor.template_id = static_cast<std::uint8_t>(reader_.bits(6));
    descriptor.frame_number = static_cast<std::uint16_t>(reader_.bits(16));
    constexpr std::size_t kMandatoryBytes = 3;
    if (bytes > kMandatoryBytes) {
      descriptor.has_structure = reader_.flag();
      reader_.flag();  // active decode targets
      descriptor.custom_indications = reader_.flag();
      reader_.bits(2);  // custom frame differences and chains
      if (descriptor.has_structure && !read_structure()) return std::nullopt;
    }
    return reader_.ok() ? std::optional(descriptor) : std::nullopt;
  }

 private:
  bool read_structure() {
    structure_ = {};
    structure_.id_offset_ = static_cast<std::uint8_t>(reader_.bits(6));
    structure_.targets_count_ = static_cast<std::uint8_t>(reader_.bits(5) + 1);
    if (!read_layers()) return false;
    for (std::size_t t = 0; t < structure_.templates_count_; ++t) {
      for (std::size_t i = 0; i < structure_.targets_count_; ++i)
        structure_.templates_[t].indications |= std::uint64_t{reader_.bits(2)} << (2 * i);
    }
    describe_targets();
    return reader_.ok();
  }

  // Template layers: each says where the next one stands.
  bool read_layers() {
    enum : std::uint32_t { same = 0, next_temporal = 1, next_spatial = 2, end = 3 };
    DependencyStructure::Template layer;
    for (;;) {
      if (structure_.templates_count_ == DependencyStructure::kMostTemplates || !reader_.ok()) return false;
      structure_.templates_[structure_.templates_count_++] = layer;
      const std::uint32_t next = reader_.bits(2);
      if (next == end) return reader_.ok();
      if (next == next_temporal) ++layer.temporal;
      if (next == next_spatial) layer.temporal = 0, ++layer.spatial;
      if (layer.temporal > 7 || layer.spatial > 3) return false;
    }
  }

  // Decode target layers: the highest of those whose frames are present in it.
  void describe_targets() {
    for (std::size_t i = 0; i < structure_.targets_count_; ++i) {
      for (std::size_t t = 0; t < structure_.templates_count_; ++t) {
        const auto& each = structure_.templates_[t];
        if (indication(each, i) == kNotPresent) continue;
        structure_.targets_[i].spatial = std::max(structure_.targets_[i].spatial, each.spatial);
        structure_.targets_[i].temporal = std::max(structure_.targets_[i].temporal, each.temporal);
      }
    }
  }

  BitReader reader_;
  DependencyStructure& structure_;
};

std::optional<DependencyStructure::Template> DependencyStructure::find(std::uint8_t template_id) const {
  const std::size_t index = (template_id + kMostTemplates - id_offset_) % kMostTemplates;
  return index < templates_count_ ? std::optional(templates_[index]) : std::nullopt;
}

bool DependencyStructure::opens_above(const Template& of) const {
  for (std::size_t i = 0; i < targets_count_; ++i) {
    const bool above = targets_[i].temporal > of.temporal && targets_[i].spatial >= of.spatial;
    if (above && indication(of, i) != kSwitch) return false;
  }
  return true;
}

bool DependencyStructure::is_sync(const Template& of) const {
  for (std::size_t i = 0; i < targets_count_; ++i) {
    if (targets_[i].temporal == of.temporal && targets_[i].spatial == of.spatial) return indication(of, i) == kSwitch;
  }
  return false;
}

std::optional<DependencyDescriptor> read_dependency_descriptor(base::Bytes extension, DependencyStructure& structure) {
  return DependencyReader(extension, structure).read(extension.size());
}

VideoLayer layer_of(const DependencyDescriptor& descriptor, const DependencyStructure& structure) {
  VideoLayer layer;
  const auto found = structure.find(descriptor.template_id);
  if (!found) return layer;
  layer.described = true;
  layer.spatial = found->spatial;
  layer.temporal = found->temporal;
  layer.starts_frame = descriptor.starts_frame;
  layer.ends_frame = descriptor.ends_frame;
  layer.sync = !descriptor.custom_indications && structure.is_sync(*found);
  layer.opens_above = !descriptor.custom_indications && structure.opens_above(*found);
  return layer;
}

}  // namespace kaskado::rtp
