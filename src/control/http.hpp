// HTTP on the ports of the WebSocket: pages, later metrics. Valid C++17, for the websocket files.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kaskado::control {

struct HttpRequest {
  std::string method;
  std::string path;           // from the first '/', without the query
  std::string query;          // behind the '?', undecoded
  std::string if_none_match;  // the header, empty where absent
};

// What a request says of who sends it and what for, before any of it is done.
struct HttpHead {
  std::string path;
  std::string query;
  std::string authorization;  // the headers, empty where absent
  std::string origin;
};

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  // Not sent with HEAD, which tells its length all the same.
  std::string body;
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  using Answer = std::function<void(HttpResponse)>;
  // Whether everybody may have this, whoever may not use the server.
  virtual bool is_public(const HttpRequest&) const { return false; }
  // On the control thread. `answer` is called once, there, within the call or later.
  virtual void serve(const HttpRequest& request, Answer answer) = 0;
};

// Pages that are known at start and the same for everybody. GET and HEAD; anything else is 405, an unknown path 404.
class StaticPages final : public HttpHandler {
 public:
  void add(std::string path, std::string content_type, std::string body);
  bool is_public(const HttpRequest&) const override { return true; }
  void serve(const HttpRequest& request, Answer answer) override;

 private:
  struct Page {
    std::string content_type;
    std::string body;
    std::string entity_tag;
  };
  HttpResponse response(const HttpRequest& request) const;

  std::map<std::string, Page> pages_;
};

// A response of a few words in plain text.
HttpResponse text_response(int status, std::string text);

}  // namespace kaskado::control
