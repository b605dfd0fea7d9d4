#include "tests/support/certificates/certificates.h"

#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace signpost::tests {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Text = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

void must(bool done) {
  if (!done) throw std::runtime_error("OpenSSL refuses to make a certificate");
}

std::string text_of(const Text& bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const Text bio(BIO_new(BIO_s_mem()), &BIO_free_all);
  must(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return text_of(bio);
}

std::string pem_of(EVP_PKEY* key) {
  const Text bio(BIO_new(BIO_s_mem()), &BIO_free_all);
  must(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(bio);
}

void extend(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

Certificate unsigned_for(const std::string& name, EVP_PKEY* key, std::chrono::seconds begins) {
  Certificate made(X509_new(), &X509_free);
  must(X509_set_version(made.get(), 2) == 1);
  std::int64_t serial = 0;
  must(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  must(ASN1_INTEGER_set_int64(X509_get_serialNumber(made.get()), serial & 0x7fffffffffffffff) == 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), begins.count());
  X509_gmtime_adj(X509_getm_notAfter(made.get()), begins.count() + 86400);
  must(X509_set_pubkey(made.get(), key) == 1);
  must(X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1);
  return made;
}

}  // namespace

struct Authority::Parts {
  Key key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  Certificate certificate{nullptr, &X509_free};
};

Authority::Authority(const std::string& name) : parts_(std::make_unique<Parts>()) {
  auto* key = parts_->key.get();
  parts_->certificate = unsigned_for(name, key, std::chrono::hours(-1));
  auto* made = parts_->certificate.get();
  must(X509_set_issuer_name(made, X509_get_subject_name(made)) == 1);
  extend(made, NID_basic_constraints, "critical,CA:TRUE");
  extend(made, NID_key_usage, "critical,keyCertSign,cRLSign");
  must(X509_sign(made, key, EVP_sha256()) > 0);
  certificate_ = pem_of(made);
}

Authority::~Authority() = default;

namespace {

/// The loopback address always; `name` where it is a host name.
std::string names_of(const std::string& name) {
  const bool host =
      name.find('.') != std::string::npos && name.find_first_not_of("0123456789.") != std::string::npos;
  return "IP:127.0.0.1" + (host ? ",DNS:" + name : "");
}

}  // namespace

Identity Authority::issue(const std::string& name, std::chrono::seconds begins) const {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const auto made = unsigned_for(name, key.get(), begins);
  must(X509_set_issuer_name(made.get(), X509_get_subject_name(parts_->certificate.get())) == 1);
  extend(made.get(), NID_subject_alt_name, names_of(name).c_str());
  extend(made.get(), NID_basic_constraints, "critical,CA:FALSE");
  must(X509_sign(made.get(), parts_->key.get(), EVP_sha256()) > 0);
  return {pem_of(made.get()), pem_of(key.get())};
}

}  // namespace signpost::tests
