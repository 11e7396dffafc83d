#include "dtls/handshake_library.hpp"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace kaskado::dtls {
namespace {

constexpr const char* kProviderName = "kaskado-dtls";

// What certificates and key exchanges may have: OpenSSL offers no signature and no group of others. No cipher
// of ours takes DSA, but it is among the signatures that OpenSSL has always named to peers.
constexpr std::array<std::string_view, 7> kKeyTypes{"RSA",   "RSA-PSS", "EC", "ED25519",
                                                    "ED448", "X25519",  "DSA"};
constexpr std::string_view kInCertificates = "structure=SubjectPublicKeyInfo";

// Of TLS 1.2 with the ciphers of ours, and of fingerprints. MD5 is there because SSL_CTX_new() wants it.
constexpr std::array<std::string_view, 3> kCiphers{"AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305"};
constexpr std::array<std::string_view, 7> kDigests{"SHA1",     "SHA2-224", "SHA2-256", "SHA2-384",
                                                   "SHA2-512", "MD5",      "MD5-SHA1"};

// By the first of its names: "EC:id-ecPublicKey:1.2.840.10045.2.1"
bool is_one_of(const OSSL_ALGORITHM& algorithm, std::span<const std::string_view> wanted) {
  std::string_view names = algorithm.algorithm_names;
  return std::ranges::find(wanted, base::take_until(names, ':')) != wanted.end();
}

bool is_wanted(int operation, const OSSL_ALGORITHM& algorithm) {
  switch (operation) {
    case OSSL_OP_CIPHER:
      return is_one_of(algorithm, kCiphers);
    case OSSL_OP_DIGEST:
      return is_one_of(algorithm, kDigests);
    case OSSL_OP_KEYMGMT:
      return is_one_of(algorithm, kKeyTypes);
    case OSSL_OP_DECODER:
      return is_one_of(algorithm, kKeyTypes) &&
             std::string_view(algorithm.property_definition).find(kInCertificates) != std::string_view::npos;
    case OSSL_OP_ENCODER:
      return false;
    default:
      return true;
  }
}

// OpenSSL's own provider, and what is let through of it: lists that end with an empty entry, as OpenSSL wants
// them.
class Filter {
 public:
  explicit Filter(OSSL_PROVIDER* whole) : whole_(whole) {
    for (int operation = 1; operation <= OSSL_OP__HIGHEST; ++operation)
      kept_[static_cast<std::size_t>(operation)] = kept(operation);
  }

  void* context() const { return OSSL_PROVIDER_get0_provider_ctx(whole_); }
  const OSSL_PROVIDER* whole() const { return whole_; }
  const OSSL_ALGORITHM* query(int operation) const {
    return operation >= 1 && operation <= OSSL_OP__HIGHEST ? kept_[static_cast<std::size_t>(operation)].data()
                                                           : nullptr;
  }

 private:
  std::vector<OSSL_ALGORITHM> kept(int operation) const {
    std::vector<OSSL_ALGORITHM> list;
    int no_cache = 0;
    const OSSL_ALGORITHM* all = OSSL_PROVIDER_query_operation(whole_, operation, &no_cache);
    for (; all && all->algorithm_names; ++all)
      if (is_wanted(operation, *all)) list.push_back(*all);
    list.push_back({});
    return list;
  }

  OSSL_PROVIDER* whole_;
  std::array<std::vector<OSSL_ALGORITHM>, OSSL_OP__HIGHEST + 1> kept_;
};

// The default library context has it loaded anyhow, so nothing is there twice. nullptr where it has not.
const Filter* filter() {
  static const Filter* const kFilter = [] {
    OSSL_PROVIDER* whole = OSSL_PROVIDER_load(nullptr, "default");
    return whole ? new Filter(whole) : nullptr;
  }();
  return kFilter;
}

// provider-base(7). The context that OpenSSL hands over is the whole provider's, since its algorithms get it
// too; so the filter is found without it.

const OSSL_ALGORITHM* query(void*, int operation, int* no_cache) {
  *no_cache = 0;
  return filter()->query(operation);
}

int capabilities(void*, const char* capability, OSSL_CALLBACK* callback, void* argument) {
  return OSSL_PROVIDER_get_capabilities(filter()->whole(), capability, callback, argument);
}

const OSSL_PARAM* gettable(void*) {
  return OSSL_PROVIDER_gettable_params(filter()->whole());
}

int get(void*, OSSL_PARAM parameters[]) {
  return OSSL_PROVIDER_get_params(filter()->whole(), parameters);
}

template <typename Function>
constexpr OSSL_DISPATCH entry(int id, Function* function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

int begin(const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** functions, void** context) {
  static const OSSL_DISPATCH kFunctions[] = {entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
                                             entry(OSSL_FUNC_PROVIDER_GET_CAPABILITIES, capabilities),
                                             entry(OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, gettable),
                                             entry(OSSL_FUNC_PROVIDER_GET_PARAMS, get),
                                             {0, nullptr}};
  if (!filter()) return 0;
  *functions = kFunctions;
  *context = filter()->context();
  return 1;
}

ossl_lib_ctx_st* make() {
  OSSL_LIB_CTX* library = OSSL_LIB_CTX_new();
  if (!library) return nullptr;
  if (OSSL_PROVIDER_add_builtin(library, kProviderName, begin) == 1 &&
      OSSL_PROVIDER_load(library, kProviderName))
    return library;
  OSSL_LIB_CTX_free(library);
  return nullptr;
}

}  // namespace

ossl_lib_ctx_st* handshake_library() {
  static ossl_lib_ctx_st* const kLibrary = make();
  return kLibrary;
}

}  // namespace kaskado::dtls
