#include "loop/upload.hpp"

namespace kaskado::loop {

namespace {

std::size_t read(char* room, std::size_t, std::size_t size, void* from) {
  auto& upload = *static_cast<Upload*>(from);
  const std::ptrdiff_t count =
      upload.request.body->read(upload.position, {reinterpret_cast<std::uint8_t*>(room), size});
  if (count < 0) {
    upload.lost = true;
    return CURL_READFUNC_ABORT;
  }
  if (count == 0 && !upload.request.body->ends_at(upload.position)) {
    upload.paused = true;
    upload.failing_since.reset();
    return CURL_READFUNC_PAUSE;
  }
  upload.position += static_cast<std::uint64_t>(count);
  if (upload.position > upload.furthest) {
    upload.furthest = upload.position;
    upload.failing_since.reset();
  }
  upload.request.body->sent(upload.position);
  return static_cast<std::size_t>(count);
}

// For redirections and logins that come behind the first bytes.
int seek(void* from, curl_off_t offset, int origin) {
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Upload*>(from)->position = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

// What a store answers is of no interest but for its code.
std::size_t ignore(const char*, std::size_t, std::size_t size, void*) {
  return size;
}

}  // namespace

void Upload::prepare(const std::string& trusted_certificates) {
  easy.reset(curl().easy_init());
  headers.reset(curl().slist_append(nullptr, "Expect:"));  // or each PUT would begin with waiting
  position = 0;
  paused = false;
  *reason = 0;
  CURL* const handle = easy.get();
  begin_transfer(handle, {request.address, "http,https", trusted_certificates}, reason, this);
  curl().easy_setopt(handle, CURLOPT_UPLOAD, 1L);  // without a size: chunked (RFC 9112 §7.1)
  curl().easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl().easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
  curl().easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl().easy_setopt(handle, CURLOPT_TCP_KEEPIDLE, 10L);
  curl().easy_setopt(handle, CURLOPT_TCP_KEEPINTVL, 5L);
  curl().easy_setopt(handle, CURLOPT_READFUNCTION, &read);
  curl().easy_setopt(handle, CURLOPT_READDATA, this);
  curl().easy_setopt(handle, CURLOPT_SEEKFUNCTION, &seek);
  curl().easy_setopt(handle, CURLOPT_SEEKDATA, this);
  curl().easy_setopt(handle, CURLOPT_WRITEFUNCTION, &ignore);
}

}  // namespace kaskado::loop
