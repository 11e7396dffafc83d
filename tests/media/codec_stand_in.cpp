#include "codec/depacketizer.hpp"
namespace kaskado::codec {
std::unique_ptr<Depacketizer> Depacketizer::create(const PayloadFormat&) {
  return nullptr;
}
}  // namespace kaskado::codec
