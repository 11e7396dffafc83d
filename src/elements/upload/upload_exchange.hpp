// What is spoken on one connection of the upload server, without its socket: requests come in as bytes,
// uploads go to their places, answers come out as text. Any time may pass between two calls, and all of them
// come from one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "elements/upload/upload.hpp"
#include "elements/upload/upload_places.hpp"
#include "http/server_connection.hpp"
#include "http/upload_body.hpp"

namespace kaskado::elements {

class UploadExchange {
 public:
  using Limits = http::ServerConnection::Limits;

  // `places` outlives it. `tell` is what uploads call, on any thread, when go_on() is to be called here.
  UploadExchange(UploadPlaces& places, const Limits& limits, std::function<void()> tell, base::Instant now);
  // An upload that has not ended breaks off.
  ~UploadExchange();
  UploadExchange(const UploadExchange&) = delete;

  // While wants_bytes(). What is to be written is appended to `out`, as by the other calls.
  void receive(base::Bytes bytes, base::Instant now, std::string& out);
  // No more bytes come.
  void peer_ended();
  void go_on(base::Instant now, std::string& out);
  void advance(base::Instant now, std::string& out);
  base::Instant deadline() const { return connection_.deadline(); }

  // Not while an upload's reader is behind, or an answer is due: what comes meanwhile waits with the client.
  bool wants_bytes() const { return !peer_ended_ && !upload_is_held() && held_.empty(); }
  // Nothing more is to be written: the client may be told the end.
  bool has_answered_all() const { return connection_.has_ended(); }
  // The socket is to be closed, once all is written.
  bool is_over() const { return over_; }
  bool is_uploading() const { return upload_ != nullptr; }

 private:
  bool upload_is_held() const { return !unwritten_.empty(); }
  void work(base::Bytes bytes, base::Instant now, std::string& out);
  void note_end(http::ServerConnection::Event event);
  void begin_request(base::Instant now, std::string& out);
  // Nothing where the upload has begun.
  std::optional<http::Response> begin_upload(const http::RequestHead& head);
  void take_body(base::Bytes body, base::Instant now, std::string& out);
  void write(base::Bytes file);
  void end_body(base::Instant now, std::string& out);
  // Answers what the upload's verdict allows to.
  void settle(base::Instant now, std::string& out);
  void end_upload(bool well, const std::string& why);
  void answer(const http::Response& response, base::Instant now, std::string& out);

  UploadPlaces& places_;
  const std::function<void()> tell_;
  http::ServerConnection connection_;
  std::string place_;
  std::shared_ptr<UploadInProgress> upload_;  // while one is on its way
  std::optional<http::UploadBody> body_;
  std::uint64_t received_bytes_ = 0;  // of the file
  bool body_has_ended_ = false;
  std::string unwritten_;  // of the file: no more than one call's bytes
  std::string held_;       // of the connection, behind that: no more than one call's bytes
  bool peer_ended_ = false;
  bool over_ = false;
};

}  // namespace kaskado::elements
