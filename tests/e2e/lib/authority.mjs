// An authority of the tests' own, and a certificate of it for 127.0.0.1.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openssl = (...args) => promisify(execFile)('openssl', args);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

// Paths of PEM files: {authority, certificate, key}.
export async function makeAuthority(folder) {
  const path = (name) => join(folder, name);
  await openssl('req', '-x509', ...NEW_KEY, '-days', '2', '-subj', '/CN=Kaskado tests', '-keyout', path('authority.key'), '-out', path('authority.pem'));
  await openssl('req', ...NEW_KEY, '-subj', '/CN=127.0.0.1', '-keyout', path('server.key'), '-out', path('server.csr'));
  await writeFile(path('server.ext'), 'subjectAltName=IP:127.0.0.1\n');
  await openssl('x509', '-req', '-in', path('server.csr'), '-CA', path('authority.pem'), '-CAkey', path('authority.key'), '-CAcreateserial',
    '-days', '2', '-extfile', path('server.ext'), '-out', path('server.pem'));
  return { authority: path('authority.pem'), certificate: path('server.pem'), key: path('server.key') };
}
