// libcurl, loaded with its first use: it brings thirty other libraries along, which a server that fetches nothing has no
// use for. Private to this room.
#pragma once

#define CURL_DISABLE_TYPECHECK  // its macros would hide the members' names
#include <curl/curl.h>

#include <memory>
#include <string>

namespace kaskado::loop {

// The functions that are used, by their names without `curl_`.
struct CurlLibrary {
  decltype(&curl_global_init) global_init;
  decltype(&curl_free) free;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_escape) easy_escape;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_easy_pause) easy_pause;
  decltype(&curl_multi_init) multi_init;
  decltype(&curl_multi_cleanup) multi_cleanup;
  decltype(&curl_multi_add_handle) multi_add_handle;
  decltype(&curl_multi_remove_handle) multi_remove_handle;
  decltype(&curl_multi_perform) multi_perform;
  decltype(&curl_multi_info_read) multi_info_read;
  decltype(&curl_multi_poll) multi_poll;
  decltype(&curl_multi_wakeup) multi_wakeup;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;

  // nullptr where it cannot be loaded. May take some milliseconds the first time. Any thread.
  static const CurlLibrary* get();
};

inline constexpr const char* kCurlIsMissing = "libcurl is missing (Debian's package libcurl4)";

// Where it is used it has been loaded.
inline const CurlLibrary& curl() { return *CurlLibrary::get(); }

struct EndEasy {
  void operator()(CURL* easy) const { curl().easy_cleanup(easy); }
};
struct EndMulti {
  void operator()(CURLM* multi) const { curl().multi_cleanup(multi); }
};
struct EndList {
  void operator()(curl_slist* list) const { curl().slist_free_all(list); }
};
using CurlEasy = std::unique_ptr<CURL, EndEasy>;
using CurlMulti = std::unique_ptr<CURLM, EndMulti>;
using CurlList = std::unique_ptr<curl_slist, EndList>;

struct TransferTarget {
  const std::string& address;
  const char* protocols;
  const std::string& trusted_certificates;  // a PEM file of authorities; empty: the system's
};

// What all transfers have in common: redirections within the web are followed, answers from 400 on are errors, of which
// `reason` has CURL_ERROR_SIZE characters. `owner` is what CURLINFO_PRIVATE tells.
void begin_transfer(CURL* easy, const TransferTarget& target, char* reason, void* owner);

}  // namespace kaskado::loop
