#include "transport/stream_codec.hpp"

#include <utility>

namespace kaskado::transport {

namespace {

ice::StreamFraming framing_of(StreamUse use) {
  return use == StreamUse::ice_tcp ? ice::StreamFraming::length_prefixed : ice::StreamFraming::turn;
}

}  // namespace

base::Result<StreamCodec> StreamCodec::make(StreamUse use) {
  std::optional<dtls::TlsClient> tls;
  if (use == StreamUse::turn_tls) {
    auto made = dtls::TlsClient::make();
    if (!made) return std::move(made).error();
    tls = std::move(made).value();
  }
  return StreamCodec(use, std::move(tls));
}

StreamCodec::StreamCodec(StreamUse use, std::optional<dtls::TlsClient> tls)
    : framing_(framing_of(use)), reader_(framing_), tls_(std::move(tls)) {}

void StreamCodec::start(std::string& out) {
  if (tls_) tls_->start(out);
}

bool StreamCodec::receive(base::Bytes bytes, std::string& out) {
  if (!tls_) {
    reader_.push(bytes);
    return !reader_.broken();
  }
  std::string opened;
  const bool goes_on = tls_->receive(bytes, opened, out);
  if (tls_->is_connected() && !waiting_.empty()) {
    tls_->send(base::as_bytes(waiting_), out);
    waiting_ = {};
  }
  reader_.push(base::as_bytes(opened));
  return goes_on && !reader_.broken();
}

void StreamCodec::append(base::Bytes message, std::string& out) {
  std::string framed;
  std::string& to = tls_ ? framed : out;
  const ice::FrameRoom room = ice::frame_room(framing_, message);
  if (room.front == ice::kFrameHeaderBytes) {
    to += static_cast<char>(message.size() >> 8);
    to += static_cast<char>(message.size());
  }
  to += base::as_text(message);
  to.append(room.behind, '\0');
  if (!tls_) return;
  if (tls_->is_connected()) {
    tls_->send(base::as_bytes(framed), out);
  } else if (waiting_.size() + framed.size() <= kMostWaitingBytes) {
    waiting_ += framed;
  }
}

}  // namespace kaskado::transport
