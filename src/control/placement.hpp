// Chooses the shard that a new object lives on, by how busy the shards are.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace kaskado::control {

class Placement {
 public:
  // With more than this share of its processor in use, a shard's pipelines get their further endpoints elsewhere;
  // 1 keeps every pipeline on one shard.
  Placement(std::size_t shards, double spread_load);

  // What share of its processor each shard has used lately, 0 to 1.
  void measured(std::span<const double> loads);
  // The least busy shard; of equals that with the fewest pipelines.
  std::size_t for_pipeline() const;
  void pipeline_made(std::size_t shard) { ++shards_[shard].pipelines; }
  void pipeline_gone(std::size_t shard) { --shards_[shard].pipelines; }
  // For an endpoint of a pipeline that lives on `home`.
  std::size_t for_endpoint(std::size_t home);

 private:
  // What an endpoint is taken to cost until that is measured: making it, and forwarding to it.
  static constexpr double kEndpointLoad = 0.002;
  // What another shard must have more to spare than home, so that the copy is worth while.
  static constexpr double kLeastGain = 0.05;

  struct Load {
    double measured = 0;
    double expected = 0;  // of what was placed there since
    std::size_t pipelines = 0;
    double total() const { return measured + expected; }
  };
  const double spread_load_;
  std::vector<Load> shards_;
};

}  // namespace kaskado::control
