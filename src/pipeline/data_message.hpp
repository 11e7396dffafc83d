// Messages of data channels on their way through a pipeline, and how many of a source's are under way.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kaskado::pipeline {

// Constant from its making on, and shared by all that it goes to, also on other shards.
struct DataMessage {
  std::vector<std::uint8_t> bytes;
  bool is_binary = false;
  std::string label;              // of the channel that it came from; empty where it came from none
  std::shared_ptr<void> receipt;  // goes with the message
};
using DataRef = std::shared_ptr<const DataMessage>;

// What a source has let into the pipeline and nobody has let go of yet. While it is closed the source reads
// no more of its peer, so that whoever is slowest of the receivers sets the pace, and memory has a bound.
class DataWindow {
 public:
  static constexpr std::size_t kMostBytes = 1024 * 1024;

  bool is_open() const { return *under_way_ < kMostBytes; }

  // The owner's thread; the message may end on any.
  DataRef admit(std::vector<std::uint8_t> bytes, bool is_binary, std::string label) {
    const std::size_t length = bytes.size() + kMessageBytes;
    *under_way_ += length;
    auto message =
        std::make_shared<DataMessage>(DataMessage{std::move(bytes), is_binary, std::move(label), nullptr});
    message->receipt = {nullptr, [count = under_way_, length](void*) { *count -= length; }};
    return message;
  }

 private:
  // What a message takes beside its bytes, which may be none.
  static constexpr std::size_t kMessageBytes = 256;

  // Shared with the messages, which may outlive the source.
  const std::shared_ptr<std::atomic<std::size_t>> under_way_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace kaskado::pipeline
