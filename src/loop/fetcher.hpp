// Reads whole files and pages in the background, for what clients name by an address: images of filters.
//
// One thread, started with the first fetch, does all of them at once and waits on their sockets; the pages
// are read by libcurl. Local files are read there too.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace kaskado::loop {

class Fetcher {
 public:
  using Bytes = std::vector<std::uint8_t>;
  // Called on the fetcher's thread, once.
  using Done = std::function<void(base::Result<Bytes>)>;

  struct Limits {
    std::size_t most_bytes = std::size_t{32} << 20;
    std::chrono::milliseconds most_time = std::chrono::seconds{20};
    std::size_t most_at_once = 8;
    std::size_t most_waiting = 256;  // then more are refused
  };

  Fetcher() : Fetcher(Limits()) {}
  // `trusted_certificates` is a PEM file of authorities that `https:` pages are held against; empty: the system's.
  explicit Fetcher(Limits limits, std::string trusted_certificates = {});
  // Ends what is under way; that and what waits is not called any more.
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;

  // `http:`, `https:` and `file:` addresses and absolute paths. Any thread; does not wait. The error is a
  // sentence that names the address. What is refused at once is told so within the call.
  void fetch(std::string address, Done done);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace kaskado::loop
