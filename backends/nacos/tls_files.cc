#include "backends/nacos/tls_files.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "backends/follow/file_value.h"
#include "dns/base/log.h"

namespace signpost::nacos {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bio bio_of(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

Certificate certificate_in(const std::string& text) {
  return {PEM_read_bio_X509(bio_of(text).get(), nullptr, nullptr, nullptr), &X509_free};
}

/// An empty pass phrase, always: OpenSSL would otherwise ask on the terminal.
int no_pass_phrase(char*, int, int, void*) { return 0; }

Key key_in(const std::string& text) {
  return {PEM_read_bio_PrivateKey(bio_of(text).get(), nullptr, &no_pass_phrase, nullptr), &EVP_PKEY_free};
}

Result<std::string> content_of(const std::string& path, Monotonic now) {
  if (path.empty()) return std::string();
  follow::FileValue file(path);
  const auto content = file.read_again(now);
  if (!content) return content.error();
  return std::string(*content);
}

Result<follow::HttpTls> read_all(const std::string& ca, const std::string& certificate,
                                 const std::string& key, Monotonic now) {
  follow::HttpTls tls;
  for (const auto& [path, into] :
       {std::pair{&ca, &tls.ca}, {&certificate, &tls.certificate}, {&key, &tls.key}}) {
    auto content = content_of(*path, now);
    if (!content) return content.error();
    *into = std::move(*content);
  }
  if (!ca.empty() && !certificate_in(tls.ca)) return Error{ca + ": holds no certificate in PEM"};
  if (certificate.empty()) return tls;
  const auto ours = certificate_in(tls.certificate);
  if (!ours) return Error{certificate + ": holds no certificate in PEM"};
  const auto secret = key_in(tls.key);
  if (!secret) return Error{key + ": holds no private key in PEM without a pass phrase"};
  if (X509_check_private_key(ours.get(), secret.get()) != 1) {
    return Error{key + ": is not the key of the certificate in " + certificate};
  }
  return tls;
}

}  // namespace

TlsFiles::TlsFiles(std::string registry, const config::NacosRegistry& options)
    : registry_(std::move(registry)),
      wanted_(options.tls),
      ca_(options.tls_ca_file),
      certificate_(options.tls_certificate_file),
      key_(options.tls_key_file) {}

Result<std::shared_ptr<const follow::HttpTls>> TlsFiles::get(Monotonic now) {
  if (!wanted_) return std::shared_ptr<const follow::HttpTls>();
  auto read = read_all(ca_, certificate_, key_, now);
  ERR_clear_error();  // libcurl shares this thread's queue of errors
  if (!read) {
    if (!good_) return read.error();
    if (told_ != read.error().message) {
      told_ = read.error().message;
      log::warning("nacos.tls_files",
                   {{"registry", registry_}, {"text", told_ + "; the old files stay in force"}});
    }
    return good_;
  }
  told_.clear();
  const bool same =
      good_ && good_->ca == read->ca && good_->certificate == read->certificate && good_->key == read->key;
  if (!same) good_ = std::make_shared<const follow::HttpTls>(std::move(*read));
  return good_;
}

}  // namespace signpost::nacos
