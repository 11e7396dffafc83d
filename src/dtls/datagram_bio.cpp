#include "dtls/datagram_bio.hpp"

#include <openssl/bio.h>

#include <algorithm>
#include <cstring>

#include "dtls/record.hpp"

namespace kaskado::dtls {
namespace {

DatagramPort& port_of(BIO* bio) {
  return *static_cast<DatagramPort*>(BIO_get_data(bio));
}

void note_written(DatagramPort& port, base::Bytes datagram) {
  port.written.insert(port.written.end(), datagram.begin(), datagram.end());
  while (const auto record = take_record(datagram))
    if (record->epoch == kProtectedEpoch)
      port.next_sequence = std::max(port.next_sequence, record->sequence + 1);
}

// Says that all was sent in any case: what finds no room is lost like any datagram.
int write_datagram(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  if (size <= 0) return 0;
  DatagramPort& port = port_of(bio);
  const base::Bytes datagram{reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
  note_written(port, datagram);
  if (port.outbox && port.path) port.outbox->send(datagram, *port.path);
  return size;
}

int read_datagram(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  DatagramPort& port = port_of(bio);
  if (port.inbound.empty() || size <= 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t taken = std::min(port.inbound.size(), static_cast<std::size_t>(size));
  std::memcpy(data, port.inbound.data(), taken);
  port.inbound = {};
  return static_cast<int>(taken);
}

// MTU and timeouts are set on the SSL, so that only the flush has something to say.
long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "kaskado datagrams");
  if (!method) return nullptr;
  BIO_meth_set_write(method, write_datagram);
  BIO_meth_set_read(method, read_datagram);
  BIO_meth_set_ctrl(method, control);
  BIO_meth_set_create(method, create);
  return method;
}

}  // namespace

BioHandle make_datagram_bio(DatagramPort& port) {
  static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> kMethod(make_method(), BIO_meth_free);
  BioHandle bio(kMethod ? BIO_new(kMethod.get()) : nullptr);
  if (bio) BIO_set_data(bio.get(), &port);
  return bio;
}

}  // namespace kaskado::dtls
