#include "http/upload_body.hpp"

#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "http/field_value.hpp"

namespace kaskado::http {
namespace {

using Event = MultipartReader::Event;

Response bad_form(std::string text) {
  return {Status::bad_request, std::move(text)};
}

// Some clients leave the file's name out, but not its type.
bool is_file(const MultipartReader::Part& part) {
  const std::string_view type = part.content_type;
  const auto begins_with = [&](std::string_view kind) {
    return type.size() > kind.size() && base::equals_ignoring_case(type.substr(0, kind.size()), kind);
  };
  return part.file_name.has_value() || begins_with("video/") || begins_with("audio/");
}

}  // namespace

base::Result<UploadBody, Response> UploadBody::of(const RequestHead& head) {
  const std::string* const coding = head.find("Content-Encoding");
  if (coding && !base::equals_ignoring_case(*coding, "identity")) {
    return Response{Status::unsupported_media_type, "No content coding is taken: send the file as it is."};
  }
  const std::string* const type = head.find("Content-Type");
  if (!type) return UploadBody(std::nullopt);
  const auto parsed = parse_field_value(*type);
  if (!parsed) return Response{Status::bad_request, "The Content-Type " + parsed.error().message + "."};
  if (!parsed->value.starts_with("multipart/")) return UploadBody(std::nullopt);
  if (parsed->value != "multipart/form-data") {
    return Response{Status::unsupported_media_type, "Of multipart types only multipart/form-data is taken."};
  }
  const std::string* const boundary = parsed->find("boundary");
  if (!boundary) return bad_form("The form's Content-Type has no boundary.");
  auto reader = MultipartReader::make(*boundary);
  if (!reader) return bad_form(reader.error().message);
  return UploadBody(*std::move(reader));
}

UploadBody::Step UploadBody::receive(base::Bytes bytes) {
  if (!form_) return {bytes.size(), bytes, std::nullopt};
  const auto [taken, event] = form_->receive(bytes);
  Step step{taken, {}, std::nullopt};
  switch (event) {
    case Event::part:
      in_file_ = !has_file_ && is_file(form_->part());
      has_file_ |= in_file_;
      break;
    case Event::bytes:
      if (in_file_) step.file = form_->bytes();
      break;
    case Event::refused:
      step.refusal = bad_form(form_->error());
      break;
    case Event::more:
    case Event::end:
      break;
  }
  return step;
}

std::optional<Response> UploadBody::finish() const {
  if (!form_) return std::nullopt;
  if (!form_->has_ended()) return bad_form("The form ends in the middle of a part.");
  if (!has_file_) return bad_form("The form has no file.");
  return std::nullopt;
}

}  // namespace kaskado::http
