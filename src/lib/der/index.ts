/**
 * The few forms of DER (ITU-T X.690) that X.509 certificates and private keys are made of, written and
 * read, and PEM around them (RFC 7468). Node signs and parses certificates but cannot issue one; what
 * stands in a certificate is its maker's business, not this room's. Start with `der.ts`.
 */
export {
  bits,
  der,
  elements,
  explicit,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  set,
  time,
  utf8,
  yes,
} from './der.ts';
export type { Element } from './der.ts';
export { pem, readPem } from './pem.ts';
export { addressBytes } from './address.ts';
