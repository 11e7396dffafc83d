#include "dtls/tls_client.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <array>

namespace kaskado::dtls {

TlsClient::TlsClient(SslContextHandle context, SslHandle ssl)
    : context_(std::move(context)), ssl_(std::move(ssl)) {
  inbound_ = SSL_get_rbio(ssl_.get());
  outbound_ = SSL_get_wbio(ssl_.get());
}

TlsClient::TlsClient(TlsClient&&) noexcept = default;
TlsClient& TlsClient::operator=(TlsClient&&) noexcept = default;
TlsClient::~TlsClient() = default;

base::Result<TlsClient> TlsClient::make() {
  const ErrorQueueGuard guard;
  const auto fail = [] { return base::Error{"TLS cannot begin: " + newest_openssl_error()}; };
  // Not that of DTLS handshakes: servers have certificates of other kinds.
  SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) return fail();
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_AUTO_RETRY | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SslHandle ssl(SSL_new(context.get()));
  BioHandle inbound(BIO_new(BIO_s_mem())), outbound(BIO_new(BIO_s_mem()));
  if (!ssl || !inbound || !outbound) return fail();
  BIO_set_mem_eof_return(inbound.get(), -1);
  SSL_set_bio(ssl.get(), inbound.release(), outbound.release());
  SSL_set_connect_state(ssl.get());
  return TlsClient(std::move(context), std::move(ssl));
}

void TlsClient::take_written(std::string& out) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(outbound_, &bytes);
  if (length > 0) out.append(bytes, static_cast<std::size_t>(length));
  BIO_reset(outbound_);
}

void TlsClient::start(std::string& out) {
  std::string nothing;
  go_on(nothing, out);
}

bool TlsClient::go_on(std::string& opened, std::string& out) {
  const ErrorQueueGuard guard;
  if (!connected_) {
    const int done = SSL_do_handshake(ssl_.get());
    const int why = SSL_get_error(ssl_.get(), done);
    take_written(out);
    if (done != 1) return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
    connected_ = true;
  }
  std::array<char, 16 << 10> buffer;
  for (;;) {
    const int length = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (length > 0) {
      opened.append(buffer.data(), static_cast<std::size_t>(length));
      continue;
    }
    const int why = SSL_get_error(ssl_.get(), length);
    take_written(out);
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
  }
}

bool TlsClient::receive(base::Bytes bytes, std::string& opened, std::string& out) {
  BIO_write(inbound_, bytes.data(), static_cast<int>(bytes.size()));
  return go_on(opened, out);
}

bool TlsClient::send(base::Bytes bytes, std::string& out) {
  if (!connected_) return false;
  const ErrorQueueGuard guard;
  const bool sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  take_written(out);
  return sent;
}

}  // namespace kaskado::dtls
