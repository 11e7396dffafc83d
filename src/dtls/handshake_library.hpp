// The OpenSSL library context of all handshakes: the default provider, without the algorithms that no DTLS
// handshake of ours can need.
//
// OpenSSL 3.0 looks for the decoder of a certificate's key anew for each certificate, through every decoder
// and every kind of key that its providers have. With all of them that costs more than the signatures of a
// handshake; with the few of a public key in a certificate it costs next to nothing.
#pragma once

struct ossl_lib_ctx_st;

namespace kaskado::dtls {

// One a process, made by the first call and never freed. Any thread. nullptr, which stands for OpenSSL's own
// default context, where it cannot be made.
ossl_lib_ctx_st* handshake_library();

}  // namespace kaskado::dtls
