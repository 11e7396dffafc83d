// libcurl, loaded with its first use: it brings thirty other libraries along, which a server that fetches nothing has no
// use for. Private to this room.
#pragma once

#define CURL_DISABLE_TYPECHECK  // its macros would hide the members' names
#include <curl/curl.h>

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

}  // namespace kaskado::loop
