// Sends to stores what still grows: one PUT for each, in pieces as they come, and again from the beginning
// when the store was away.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace kaskado::loop {

// What is sent: written elsewhere, while the uploader's thread reads it.
class UploadBody {
 public:
  virtual ~UploadBody() = default;
  // 0 where there is nothing (yet) from there on; negative where that cannot be read any more.
  virtual std::ptrdiff_t read(std::uint64_t position, base::MutableBytes room) = 0;
  // All is there, and ends at `position`.
  virtual bool ends_at(std::uint64_t position) const = 0;
  // All before `position` has been given to the network.
  virtual void sent(std::uint64_t position) = 0;
};

// One thread, started with the first upload, does all of them at once.
class Uploader {
 public:
  // Called on the uploader's thread, once: the store has it, or why it never will.
  using Done = std::function<void(base::Result<void>)>;

  struct Limits {
    // Between two attempts: twice as long each time.
    std::chrono::milliseconds least_wait = std::chrono::milliseconds{250};
    std::chrono::milliseconds most_wait = std::chrono::seconds{4};
    // A store that has taken nothing for so long is given up.
    std::chrono::milliseconds most_outage = std::chrono::minutes{10};
    std::size_t most = 4096;  // uploads; more are refused
  };

  Uploader() : Uploader(Limits()) {}
  // `trusted_certificates` is a PEM file of authorities that `https:` stores are held against; empty: the system's.
  explicit Uploader(Limits limits, std::string trusted_certificates = {});
  // Ends what is under way, of which nobody is told.
  ~Uploader();
  Uploader(const Uploader&) = delete;

  // `http:` and `https:` addresses. Any thread; does not wait. What is refused at once is told so within the
  // call.
  void put(std::string address, std::shared_ptr<UploadBody> body, Done done);
  // There is more of some body, or its end. Any thread.
  void wake();
  // Waits until all is done, for so long at the most. Any thread but the uploader's.
  void drain(std::chrono::milliseconds most);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace kaskado::loop
