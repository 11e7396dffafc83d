// One upload as libcurl does it, over all of its attempts. Private to this room.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "loop/curl_library.hpp"
#include "loop/uploader.hpp"

namespace kaskado::loop {

struct UploadRequest {
  std::string address;
  std::shared_ptr<UploadBody> body;
  Uploader::Done done;
};

// The uploader's thread's. Stays at its place, where libcurl finds it.
struct Upload {
  // For the next attempt, from the beginning of the body on.
  void prepare(const std::string& trusted_certificates);

  UploadRequest request;
  std::chrono::milliseconds wait;  // before the next attempt
  CurlEasy easy{};
  CurlList headers{};
  std::uint64_t position = 0;  // of what is read next
  bool paused = false;         // there is no more of the body yet
  bool lost = false;           // what the store would need is not there any more
  base::Instant next{};        // attempt, where none is under way
  std::uint64_t furthest = 0;  // that any attempt has come
  std::optional<base::Instant> failing_since{};
  char reason[CURL_ERROR_SIZE] = "";
};

}  // namespace kaskado::loop
