/** A PEM block as Go and OpenSSL write it: lines of 64 characters, a newline at the end. */
export function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The first PEM block of a text. */
export function readPem(
  text: string,
): { readonly type: string; readonly bytes: Buffer } | undefined {
  const match = /-----BEGIN ([^-]+)-----\s*([A-Za-z0-9+/=\s]*?)\s*-----END \1-----/.exec(text);
  if (match === null) return undefined;
  return { type: match[1]!, bytes: Buffer.from(match[2]!, 'base64') };
}
