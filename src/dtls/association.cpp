#include "dtls/association.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kaskado::dtls {
namespace {

using base::DropReason;

constexpr std::uint8_t kFinished = 20;  // RFC 5246 §7.4

}  // namespace

// RFC 5246 §7.2.
std::string_view alert_text(std::uint8_t description) {
  constexpr std::pair<std::uint8_t, std::string_view> kTexts[] = {{0, "close notify"},
                                                                  {10, "unexpected message"},
                                                                  {20, "bad record mac"},
                                                                  {22, "record overflow"},
                                                                  {30, "decompression failure"},
                                                                  {40, "handshake failure"},
                                                                  {42, "bad certificate"},
                                                                  {43, "unsupported certificate"},
                                                                  {44, "certificate revoked"},
                                                                  {45, "certificate expired"},
                                                                  {46, "certificate unknown"},
                                                                  {47, "illegal parameter"},
                                                                  {48, "unknown CA"},
                                                                  {49, "access denied"},
                                                                  {50, "decode error"},
                                                                  {51, "decrypt error"},
                                                                  {70, "protocol version"},
                                                                  {71, "insufficient security"},
                                                                  {80, "internal error"},
                                                                  {90, "user canceled"},
                                                                  {100, "no renegotiation"},
                                                                  {110, "unsupported extension"}};
  const auto* found =
      std::ranges::find(kTexts, description, &std::pair<std::uint8_t, std::string_view>::first);
  return found == std::end(kTexts) ? "unknown" : found->second;
}

Association::Received Association::receive(base::Bytes datagram, ApplicationInbox& inbox) {
  Received received;
  std::array<std::uint8_t, base::kMaxDatagramBytes> plain;
  while (const auto record = take_record(datagram)) {
    if (record->epoch == 0) continue;
    if (record->epoch != kProtectedEpoch) {
      received.drop = DropReason::bad_dtls;
      continue;
    }
    const RecordLayer::Opened opened = records_.open(*record, plain);
    if (opened.drop != DropReason::none) {
      received.drop = opened.drop;
      continue;
    }
    take(record->type, base::Bytes{plain}.first(opened.length), inbox, received);
    if (received.end) break;
  }
  return received;
}

void Association::take(ContentType type, base::Bytes plain, ApplicationInbox& inbox, Received& received) {
  switch (type) {
    case ContentType::application_data:
      if (!plain.empty()) inbox.push(plain);
      break;
    case ContentType::alert:
      if (const auto alert = Alert::parse(plain);
          alert && (alert->level == AlertLevel::fatal || alert->description == kCloseNotify))
        received.end = alert;
      break;
    case ContentType::handshake:
      // Anything but a repeated Finished would be a renegotiation, which is not answered.
      if (!plain.empty() && plain[0] == kFinished) received.wants_last_flight = true;
      break;
    case ContentType::change_cipher_spec:
      break;
  }
}

bool Association::send(base::Bytes application_data, const base::Path& path, base::Outbox& outbox) {
  return send_record(ContentType::application_data, application_data, path, outbox);
}

void Association::send_alert(Alert alert, const base::Path& path, base::Outbox& outbox) {
  const std::uint8_t bytes[] = {static_cast<std::uint8_t>(alert.level), alert.description};
  send_record(ContentType::alert, bytes, path, outbox);
}

void Association::send_last_flight(const base::Path& path, base::Outbox& outbox) const {
  if (!last_flight_.empty()) outbox.send(last_flight_, path);
}

bool Association::send_record(ContentType type, base::Bytes plain, const base::Path& path,
                              base::Outbox& outbox) {
  const std::size_t length = records_.seal(type, plain, outbox.slot());
  if (length == 0) return false;
  outbox.commit(length, path);
  return true;
}

}  // namespace kaskado::dtls
