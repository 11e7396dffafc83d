// The file in a request's body: the body itself, or the first file of a form. Tells it from its bytes as they
// come.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "http/message.hpp"
#include "http/multipart_reader.hpp"

namespace kaskado::http {

class UploadBody {
 public:
  // The error is how to answer a request whose body cannot be taken.
  static base::Result<UploadBody, Response> of(const RequestHead& head);

  struct Step {
    std::size_t taken = 0;
    base::Bytes file;  // the next bytes of the file, valid as long as those given and this are; may be empty
    std::optional<Response> refusal;
  };
  // To be called until all is taken, or something is refused.
  Step receive(base::Bytes bytes);
  // The body has come to its end: how to answer where that was too early, or no file was in it.
  std::optional<Response> finish() const;

 private:
  explicit UploadBody(std::optional<MultipartReader> form) : form_(std::move(form)) {}

  std::optional<MultipartReader> form_;  // nothing where the body is the file
  bool has_file_ = false;                // seen in the form
  bool in_file_ = false;
};

}  // namespace kaskado::http
