#include "dtls/record_layer.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace kaskado::dtls {
namespace {

using base::DropReason;

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kAssociatedBytes = 13;
using Nonce = std::array<std::uint8_t, kNonceBytes>;

const EVP_CIPHER* cipher_of(Aead aead) {
  static const EVP_CIPHER* const kCiphers[] = {EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr),
                                               EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr),
                                               EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr)};
  return kCiphers[static_cast<std::size_t>(aead)];
}

// RFC 6347 §4.1: what counts as the sequence number everywhere.
std::uint64_t numbered(std::uint64_t sequence) {
  return std::uint64_t{kProtectedEpoch} << 48 | sequence;
}

// RFC 5288 §3 for GCM, where `explicit_nonce` is the sender's choice and stands in the record; RFC 7905 §2
// for ChaCha20-Poly1305, where it is the sequence number and does not.
Nonce nonce_of(const TrafficKey& key, std::uint64_t explicit_nonce) {
  Nonce nonce = key.iv.bytes;
  base::store_u64(nonce.data() + 4, base::load_u64(nonce.data() + 4) ^ explicit_nonce);
  return nonce;
}

// RFC 5246 §6.2.3.3.
std::array<std::uint8_t, kAssociatedBytes> associated_data(std::uint64_t sequence, ContentType type,
                                                           std::size_t plain_bytes) {
  std::array<std::uint8_t, kAssociatedBytes> data;
  base::store_u64(data.data(), numbered(sequence));
  data[8] = static_cast<std::uint8_t>(type);
  base::store_u16(data.data() + 9, kDtls1_2);
  base::store_u16(data.data() + 11, static_cast<std::uint16_t>(plain_bytes));
  return data;
}

// The context with its nonce set and the associated data taken in, or nullptr where OpenSSL fails.
EVP_CIPHER_CTX* begin(CipherContextHandle& context, const TrafficKey& key, const Nonce& nonce,
                      base::Bytes associated, bool sealing) {
  const bool fresh = !context;
  if (fresh) context.reset(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool begun = context &&
                     EVP_CipherInit_ex(context.get(), fresh ? cipher_of(key.aead) : nullptr, nullptr,
                                       fresh ? key.key.data() : nullptr, nonce.data(), sealing) == 1 &&
                     EVP_CipherUpdate(context.get(), nullptr, &written, associated.data(),
                                      static_cast<int>(associated.size())) == 1;
  return begun ? context.get() : nullptr;
}

bool crypt(EVP_CIPHER_CTX* context, base::Bytes in, std::uint8_t* out) {
  int written = 0;
  return in.empty() || EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(in.size())) == 1;
}

bool finish(EVP_CIPHER_CTX* context) {
  std::uint8_t nothing[kTagBytes];
  int written = 0;
  return EVP_CipherFinal_ex(context, nothing, &written) == 1;
}

}  // namespace

bool RecordWindow::was_taken(std::uint64_t sequence) const {
  if (sequence >= next_) return false;
  const std::uint64_t age = next_ - 1 - sequence;
  return age >= kRecords || (taken_ >> age & 1);
}

void RecordWindow::take(std::uint64_t sequence) {
  if (sequence >= next_) {
    const std::uint64_t step = sequence + 1 - next_;
    taken_ = step >= kRecords ? 0 : taken_ << step;
    next_ = sequence + 1;
  }
  taken_ |= std::uint64_t{1} << (next_ - 1 - sequence);
}

std::size_t RecordLayer::overhead_bytes() const {
  return kRecordHeaderBytes + explicit_nonce_bytes(keys_.local.aead) + kTagBytes;
}

std::size_t RecordLayer::seal(ContentType type, base::Bytes plain, base::MutableBytes out) {
  const std::size_t length = overhead_bytes() + plain.size();
  if (length > out.size() || next_sequence_ > kMaxSequence) return 0;
  const std::uint64_t sequence = next_sequence_++;
  base::ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(type));
  writer.u16(kDtls1_2);
  writer.u64(numbered(sequence));
  writer.u16(static_cast<std::uint16_t>(length - kRecordHeaderBytes));
  if (explicit_nonce_bytes(keys_.local.aead) != 0) writer.u64(numbered(sequence));

  std::uint8_t* ciphertext = out.data() + writer.size();
  EVP_CIPHER_CTX* context = begin(sealing_, keys_.local, nonce_of(keys_.local, numbered(sequence)),
                                  associated_data(sequence, type, plain.size()), true);
  const bool sealed =
      context && crypt(context, plain, ciphertext) && finish(context) &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, ciphertext + plain.size()) == 1;
  if (type != ContentType::application_data) sealing_.reset();
  return sealed ? length : 0;
}

RecordLayer::Opened RecordLayer::open(const Record& record, base::MutableBytes out) {
  const std::size_t nonce_bytes = explicit_nonce_bytes(keys_.remote.aead);
  if (record.version != kDtls1_2 || record.fragment.size() < nonce_bytes + kTagBytes ||
      record.fragment.size() > out.size())
    return {DropReason::bad_dtls};
  if (window_.was_taken(record.sequence)) return {DropReason::duplicate_packet};

  const std::uint64_t explicit_nonce =
      nonce_bytes != 0 ? base::load_u64(record.fragment.data()) : numbered(record.sequence);
  const base::Bytes ciphertext =
      record.fragment.subspan(nonce_bytes, record.fragment.size() - nonce_bytes - kTagBytes);
  std::array<std::uint8_t, kTagBytes> tag;
  std::ranges::copy(record.fragment.last(kTagBytes), tag.begin());
  EVP_CIPHER_CTX* context = begin(opening_, keys_.remote, nonce_of(keys_.remote, explicit_nonce),
                                  associated_data(record.sequence, record.type, ciphertext.size()), false);
  const bool authentic = context &&
                         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
                         crypt(context, ciphertext, out.data()) && finish(context);
  if (record.type != ContentType::application_data) opening_.reset();
  if (!authentic) {
    clear_openssl_errors();
    return {DropReason::bad_dtls};
  }
  window_.take(record.sequence);
  return {DropReason::none, ciphertext.size()};
}

}  // namespace kaskado::dtls
