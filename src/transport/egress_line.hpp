// Where a session's media goes out: the path that its transport has chosen and the key that seals it, if it is not
// to go in the clear. What fan-out needs to know of a subscriber's transport, and no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/outbox.hpp"
#include "base/socket_address.hpp"
#include "rtp/send_stream.hpp"
#include "srtp/sender.hpp"
#include "transport/demux.hpp"
#include "transport/egress_control.hpp"

namespace kaskado::transport {

// Owned by a transport, which opens it when it may send and closes it when it may not.
class EgressLine {
 public:
  // Room that a slot must leave behind RTCP for what sealing adds.
  static constexpr std::size_t kRtcpOverheadBytes = srtp::kMaxRtcpOverheadBytes;

  // `dscp` marks what goes out here (RFC 8837 §5).
  explicit EgressLine(std::uint8_t dscp = 0) : dscp_(dscp) {}

  bool is_open() const { return open_; }
  void open(const base::Path& path) { open(path, path); }
  void open(const base::Path& path, const base::Path& rtcp_path) {
    path_ = path;
    rtcp_path_ = rtcp_path;
    open_ = true;
  }
  void close() { open_ = false; }
  // Without a key nothing goes out, unless the session was agreed to be without any.
  void allow_clear() { clear_ = true; }
  void set_key(const srtp::MasterKey& key) { sender_.emplace(key); }
  bool has_key() const { return sender_.has_value(); }
  // An eighth or less is left of what one key may seal (RFC 3711 §9.2).
  bool key_nearly_spent() const {
    return near_last_index_ || (sender_ && sender_->rtcp_packets() >= kRtcpPackets / 8 * 7);
  }

  // Whether media has gone out since this was asked last.
  bool take_traffic() { return !std::exchange(quiet_, true); }
  // The owner rests: the first media that goes out puts `peer` into `woken`, which outlives the line. Whoever
  // lets media out looks there after.
  void rest(std::vector<PeerId>& woken, PeerId peer) {
    quiet_ = true;
    woken_ = &woken;
    peer_ = peer;
  }

  // Seals the packet whose header stands in `slot` (the outbox's current one) and commits it. `payload` is the
  // shared packet's and stays as it is. False where it does not fit.
  bool send_rtp(base::Outbox& outbox, base::MutableBytes slot, std::size_t header_bytes, base::Bytes payload,
                std::uint64_t index) {
    const std::size_t length = sender_ ? sender_->seal_rtp(slot, header_bytes, payload, index)
                                       : copy_clear(slot, header_bytes, payload);
    if (length == 0) return false;
    if (index >= kNearLastIndex) near_last_index_ = true;
    outbox.commit(length, path_, dscp_);
    if (quiet_) note_traffic();
    return true;
  }
  // What goes out by send() is numbered for the peer's transport-wide feedback, from `first` on; again it goes on as it is.
  void control_from(std::uint16_t first);
  void stop_control() { control_.reset(); }
  // What has gone out; nullptr without control.
  rtp::SentPackets* sent() { return control_ ? &control_->sent : nullptr; }
  // As send_rtp() with what a SendStream has stamped. Video may be held back for release().
  bool send(base::Outbox& outbox, base::MutableBytes slot, const rtp::Stamped& stamped, rtp::SentStream stream,
            base::Bytes payload, base::Instant now) {
    if (control_ && stamped.sequence_at != 0) return send_controlled(outbox, slot, stamped, stream, payload, now);
    return send_rtp(outbox, slot, stamped.header_bytes, payload, stamped.packet_index);
  }
  // The same packet once more, which must be the same bytes: under the number that it had, so not of
  // `further` streams, where those are numbered. False also where that is forgotten, and where it is held.
  // One that has never gone, for it came too late, goes as the first time.
  bool send_again(base::Outbox& outbox, base::MutableBytes slot, const rtp::Stamped& stamped, rtp::SentStream stream,
                  base::Bytes payload, base::Instant now);
  // Spreads video to this rate from now on; at 0 nothing waits.
  void set_pace(double bps, base::Outbox& outbox, base::Instant now);
  bool is_pacing() const { return control_ && control_->pacer.is_pacing(); }
  // Sends what is held and due.
  void release(base::Outbox& outbox, base::Instant now);
  base::Instant next_release() const;
  // Streams number their packets anew, under new keys: what is held is not to be sent any more.
  void restart_indices() {
    if (!control_) return;
    control_->held.clear();
    control_->sent.restart_indices();
    control_->next_video_index = 0;
  }
  // Where the first packet that is held puts `peer`, so that whoever lets media out looks for next_release().
  void wake_by(std::vector<PeerId>& woken, PeerId peer) {
    waker_ = &woken;
    waker_peer_ = peer;
  }

  // Seals the RTCP in the first `length` bytes of `slot` and commits it.
  bool send_rtcp(base::Outbox& outbox, base::MutableBytes slot, std::size_t length) {
    const std::size_t sealed = sender_ ? sender_->seal_rtcp(slot, length) : clear_ ? length : 0;
    if (sealed == 0) return false;
    outbox.commit(sealed, rtcp_path_, dscp_);
    return true;
  }

 private:
  // RFC 3711 §9.2.
  static constexpr std::uint64_t kNearLastIndex = (std::uint64_t{1} << 48) / 8 * 7;
  static constexpr std::uint64_t kRtcpPackets = std::uint64_t{1} << 31;

  bool send_controlled(base::Outbox& outbox, base::MutableBytes slot, const rtp::Stamped& stamped, rtp::SentStream stream,
                       base::Bytes payload, base::Instant now);
  bool send_paced(base::Outbox& outbox, base::MutableBytes slot, const rtp::Stamped& stamped,
                  rtp::SentStream stream, base::Bytes payload, base::Instant now);
  bool number_and_send(base::Outbox& outbox, base::MutableBytes slot, const rtp::Stamped& stamped, rtp::SentStream stream,
                       base::Bytes payload, base::Instant now);
  void release_one(base::Outbox& outbox, base::Instant now);
  std::size_t copy_clear(base::MutableBytes slot, std::size_t header_bytes, base::Bytes payload) const {
    if (!clear_ || header_bytes + payload.size() > slot.size()) return 0;
    if (!payload.empty()) std::memcpy(slot.data() + header_bytes, payload.data(), payload.size());
    return header_bytes + payload.size();
  }
  void note_traffic() {
    quiet_ = false;
    if (woken_) std::exchange(woken_, nullptr)->push_back(peer_);
  }

  std::optional<srtp::SrtpSender> sender_;
  base::Path path_;
  const std::uint8_t dscp_;
  bool open_ = false;
  bool quiet_ = true;
  std::vector<PeerId>* woken_ = nullptr;  // while the owner rests
  std::unique_ptr<EgressControl> control_;
  PeerId peer_ = 0;
  bool clear_ = false;
  bool near_last_index_ = false;
  base::Path rtcp_path_;
  std::vector<PeerId>* waker_ = nullptr;
  PeerId waker_peer_ = 0;
};

}  // namespace kaskado::transport
