#include "loop/curl_library.hpp"

#include <dlfcn.h>

#include <optional>

namespace kaskado::loop {

namespace {

std::optional<CurlLibrary> load() {
  // By its name for programs: that of Debian's OpenSSL variant, and of most others.
  void* const library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) return std::nullopt;
  bool complete = true;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    complete = complete && function;
  };
  CurlLibrary curl{};
  find(curl.global_init, "curl_global_init");
  find(curl.free, "curl_free");
  find(curl.easy_init, "curl_easy_init");
  find(curl.easy_cleanup, "curl_easy_cleanup");
  find(curl.easy_escape, "curl_easy_escape");
  find(curl.easy_setopt, "curl_easy_setopt");
  find(curl.easy_getinfo, "curl_easy_getinfo");
  find(curl.easy_strerror, "curl_easy_strerror");
  find(curl.easy_pause, "curl_easy_pause");
  find(curl.multi_init, "curl_multi_init");
  find(curl.multi_cleanup, "curl_multi_cleanup");
  find(curl.multi_add_handle, "curl_multi_add_handle");
  find(curl.multi_remove_handle, "curl_multi_remove_handle");
  find(curl.multi_perform, "curl_multi_perform");
  find(curl.multi_info_read, "curl_multi_info_read");
  find(curl.multi_poll, "curl_multi_poll");
  find(curl.multi_wakeup, "curl_multi_wakeup");
  find(curl.slist_append, "curl_slist_append");
  find(curl.slist_free_all, "curl_slist_free_all");
  if (!complete || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return std::nullopt;
  return curl;
}

}  // namespace

const CurlLibrary* CurlLibrary::get() {
  static const std::optional<CurlLibrary> once = load();
  return once ? &*once : nullptr;
}

void begin_transfer(CURL* easy, const TransferTarget& target, char* reason, void* owner) {
  curl().easy_setopt(easy, CURLOPT_URL, target.address.c_str());
  curl().easy_setopt(easy, CURLOPT_PROTOCOLS_STR, target.protocols);
  if (!target.trusted_certificates.empty())
    curl().easy_setopt(easy, CURLOPT_CAINFO, target.trusted_certificates.c_str());
  curl().easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl().easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl().easy_setopt(easy, CURLOPT_MAXREDIRS, 5L);
  curl().easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl().easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl().easy_setopt(easy, CURLOPT_USERAGENT, "kaskado");
  curl().easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
  curl().easy_setopt(easy, CURLOPT_PRIVATE, owner);
}

}  // namespace kaskado::loop
