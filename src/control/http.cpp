#include "control/http.hpp"

#include <cstdio>
#include <functional>

namespace kaskado::control {
namespace {

// Strong (RFC 9110 §8.8.3): equal tags mean equal bytes, as far as 64 bits of hash and the length tell.
std::string entity_tag_of(const std::string& body) {
  char tag[40];
  std::snprintf(tag, sizeof tag, "\"%zx-%zx\"", body.size(), std::hash<std::string>{}(body));
  return tag;
}

}  // namespace

HttpResponse text_response(int status, std::string text) {
  return {status,
          {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
          std::move(text) + "\n"};
}

void StaticPages::add(std::string path, std::string content_type, std::string body) {
  std::string tag = entity_tag_of(body);
  pages_[std::move(path)] = Page{std::move(content_type), std::move(body), std::move(tag)};
}

void StaticPages::serve(const HttpRequest& request, Answer answer) {
  answer(response(request));
}

HttpResponse StaticPages::response(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse refused = text_response(405, "Only GET and HEAD are served here.");
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  const auto found = pages_.find(request.path);
  if (found == pages_.end()) return text_response(404, "There is no such page here.");
  const Page& page = found->second;
  // Cached, but asked for each time (RFC 9111 §5.2.2.4): a new server version shows at once.
  HttpResponse response{200, {{"Cache-Control", "no-cache"}, {"ETag", page.entity_tag}}, {}};
  if (request.if_none_match.find(page.entity_tag) != std::string::npos) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", page.content_type);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");  // the address may hold an access token
  response.body = page.body;
  return response;
}

}  // namespace kaskado::control
